# Reading expressions: tokens for every node, flow for choices, runs of `&&` and `||`, blocks that loop.

module Expressions
  LEAVES = { :@int => "i", :@float => "i", :@rational => "i", :@imaginary => "i", :@CHAR => "s", :@const => "n",
             :@ident => "n", :@gvar => "n", :@backref => "n", :@tstring_content => "s", :@label => "w" }.freeze
  CODE = %w[eval instance_eval class_eval module_eval instance_exec].freeze
  DYNAMIC = %w[send public_send __send__ instance_variable_get instance_variable_set const_get define_method].freeze
  VOLATILE = %w[Time.now Date.today DateTime.now Time.current Date.current Random.rand SecureRandom.hex].freeze
  DISK = %w[File.exist? File.file? File.directory? Dir.exist?].freeze
  MUTATORS = %w[<< push append add concat merge! update store delete clear unshift insert replace].freeze

  def leaf(draft, node, _nesting)
    sort, text, = node
    case sort
    when :@kw then keyword(draft, text)
    when :@ivar, :@cvar then own(draft, text.delete("@"), node[2][0])
    else draft.tokens << (LEAVES.key?(sort) ? "#{LEAVES[sort]}:#{text.delete_suffix(':')}" : plain(text))
    end
  end

  def keyword(draft, text)
    draft.tokens << (%w[nil true false].include?(text) ? "k:#{text}" : text == "self" ? "n:self" : text)
  end

  # An attribute of the object itself, as it is read.
  def own(draft, name, line)
    draft.tokens.push(".", "a:#{name}", "n:self")
    draft.decide("attribute", "#{draft.heading[:owner]}.#{name}", line)
  end

  # An operator, without a colon where an operand has one.
  def plain(text) = text.to_s.tr(":", ";")

  def wrapping(word)
    ->(draft, node, nesting) { draft.tokens << word; parts(draft, node, nesting) }
  end

  def parts(draft, node, nesting)
    Tree.children(node).each { |part| visit(draft, part, nesting) }
  end

  def string(draft, node, nesting)
    found = Tree.text(node)
    return draft.tokens << "s:#{found}" if found

    draft.tokens << "JoinedStr"
    before = draft.casts.size
    parts(draft, node, nesting)
    draft.casts.slice!(before..)
  end

  def symbol(draft, node, _nesting) = draft.tokens << "s:#{Tree.text(node)}"

  def list(draft, node, nesting)
    draft.tokens << "List"
    entries(draft, Tree.args(node[1]), nesting)
  end

  def hash(draft, node, nesting)
    draft.tokens << "Dict"
    entries(draft, pairs(node), nesting)
  end

  def pairs(node)
    found = Tree.kind(node[1]) == :assoclist_from_args ? node[1][1] : node[1]
    (found || []).flat_map { |pair| pair[1..].compact }
  end

  # Constants in a list that is written out are data.
  def entries(draft, items, nesting)
    items.each do |item|
      constant = Tree.literal?(item) || Tree.leaf?(item)
      constant ? draft.tokens << "d:#{Subjects.literal(item)}" : visit(draft, item, nesting)
    end
  end

  def keywords(draft, node, nesting)
    node[1].each do |pair|
      name = Tree.text(pair[1])
      draft.tokens << "w:#{name || '**'}"
      visit(draft, pair[1], nesting) unless name
      visit(draft, pair[2], nesting) if pair[2]
    end
  end

  def binary(draft, node, nesting)
    inner, = Questions.run(node)
    return run(draft, node, inner, nesting) if inner

    before = draft.casts.size
    visit(draft, node[1], nesting)
    draft.tokens << plain(node[2])
    visit(draft, node[3], nesting)
    draft.casts.slice!(before..) if %i[+ %].include?(node[2]) && [node[1], node[3]].any? { |side| text?(side) }
    mutated(draft, node[1]) if node[2] == :<<
  end

  def text?(node) = Tree.kind(Tree.bare(node)) == :string_literal

  def run(draft, node, inner, nesting)
    draft.step("bool", Tree.line(node), nesting)
    draft.asked << ["value", node, true, nil] unless draft.testing
    draft.tokens << plain(node[2])
    inner.each { |part| draft.testing ? draft.test { visit(draft, part, nesting) } : visit(draft, part, nesting) }
  end

  def unary(draft, node, nesting)
    draft.tokens << { :! => "Not", not: "Not", :-@ => "USub" }.fetch(node[1], plain(node[1]))
    visit(draft, node[2], nesting)
  end

  def choice(draft, node, nesting)
    draft.step("ternary", Tree.line(node), nesting)
    draft.tokens << "ternary"
    condition(draft, node[1], nesting)
    visit(draft, node[2], nesting + 1)
    visit(draft, node[3], nesting + 1)
  end

  def condition(draft, node, nesting, positive: true, place: "if")
    draft.asked << [place, node, positive, nil]
    draft.tokens << "Not" unless positive
    draft.test { visit(draft, node, nesting) }
  end

  # A call without arguments reads like an attribute, and is one to whoever calls.
  def call(draft, node, nesting)
    receiver, name, given = Tree.call(node)
    return parts(draft, node, nesting) if name.nil?

    before = draft.casts.size
    safe(draft, node, receiver, nesting)
    sent(draft, receiver, name, given, nesting)
    passed(draft, node, name, nesting)
    Casts.called(draft, node, before)
    suspect(draft, receiver, name, given, Tree.line(node) || draft.line)
  end

  def sent(draft, receiver, name, given, nesting)
    draft.calls << name
    draft.tokens << "call" unless given.empty?
    receiver ? draft.tokens.push(".", "a:#{name}") : draft.tokens << "n:#{name}"
    visit(draft, receiver, nesting) if receiver
    given.each { |part| visit(draft, part, nesting) }
    draft.recursive = draft.line if draft.recursive.zero? && draft.function? && name == draft.heading[:name] && itself?(receiver)
  end

  def itself?(receiver) = receiver.nil? || Tree.self?(receiver)

  # `a&.b` asks whether a is there; a chain of them is one run.
  def safe(draft, node, receiver, nesting)
    return unless receiver && safe?(node)

    draft.step("bool", Tree.line(node), nesting) unless safe?(receiver)
    draft.asked << ["nil", receiver, true, nil]
  end

  def safe?(node)
    node = node[1] while %i[method_add_arg method_add_block].include?(Tree.kind(node))
    %i[call command_call].include?(Tree.kind(node)) && Tree.leaf?(node[2]) && node[2][1] == "&."
  end

  def suspect(draft, receiver, name, given, line)
    first = given[0]
    if CODE.include?(name) && first && (name == "eval" || !Tree.symbol?(first))
      draft.hidden << { kind: "code", line: line, size: 1, key: name }
    elsif DYNAMIC.include?(name) && first && Tree.text(first).nil?
      draft.hidden << { kind: "dynamic", line: line, size: 1, key: name }
    end
    outside(draft, receiver, name, line)
    mutated(draft, receiver) if MUTATORS.include?(name) && receiver
  end

  def outside(draft, receiver, name, line)
    said = Tree.constant?(receiver) ? "#{Subjects.path(Tree.bare(receiver))}.#{name}" : name
    read = VOLATILE.include?(said) || DISK.include?(said) || said.start_with?("ENV.") || receiver.nil? && %w[rand gets].include?(name)
    draft.decide("volatile", said, line) if read
  end

  # What belongs to nobody in the unit is changed: a constant's object.
  def mutated(draft, receiver)
    return unless draft.function? && Tree.constant?(receiver)

    found = Subjects.path(Tree.bare(receiver))
    known = draft.shared.any? { |each| each[:kind] == "mutation" && each[:subject] == found }
    draft.shared << { kind: "mutation", subject: found, line: draft.line } unless known
  end

  # A method that is passed by name runs for every item.
  def passed(draft, node, name, nesting)
    value = Tree.passed(%i[command].include?(Tree.kind(node)) ? node[2] : Tree.kind(node) == :command_call ? node[4] : node[2])
    return if value.nil? || !Tree.node?(value)

    looped(draft, name, Tree.line(node), nesting)
    visit(draft, value, nesting)
  end

  def looped(draft, name, line, nesting)
    return draft.step("for", line, nesting) if Tree::LOOPS.include?(name)
    return nil unless Tree::MAPS.include?(name) || Tree::FILTERS.include?(name)

    found = draft.step(draft.inner.positive? ? "inner" : "comprehension", line, nesting)
    draft.step("filter", line, nesting) if Tree::FILTERS.include?(name)
    found
  end

  def index(draft, node, nesting)
    draft.tokens << "[]"
    visit(draft, node[1], nesting)
    Tree.args(node[2]).each { |part| visit(draft, part, nesting) }
    draft.decide("volatile", "ENV", Tree.line(node)) if Tree.name(node[1]) == "ENV"
  end
end
