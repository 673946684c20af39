# Reading statements: logical lines, conditions, loops, cases, handlers, assignments.

module Statements
  BROAD = %w[StandardError Exception].freeze
  LEAVES = %i[return return0 next break redo retry].freeze
  TALKERS = %w[puts print p warn debug info error log].freeze
  LOOKUPS = %w[KeyError IndexError NameError NoMethodError TypeError ArgumentError StopIteration].freeze
  FULL = 2 # ifs in a row that cost what an if costs

  # `tail`: after the block the method or the loop's turn ends.
  def block(draft, statements, nesting, tail: false)
    statements = Tree.statements(statements)
    statements.each_with_index do |node, place|
      draft.mark(Tree.line(node))
      statement(draft, node, nesting, tail: tail && place == statements.size - 1)
    end
  end

  def statement(draft, node, nesting, tail: false)
    return if Tree.literal?(node) && !tail
    return if imports?(node)

    inner, every = Questions.run(node)
    return chosen(draft, node, inner, every, nesting) if inner && jumps?(inner.last)
    return branch(draft, node, nesting, tail) if Branches::CONDITIONS.include?(Tree.kind(node))

    visit(draft, node, nesting)
  end

  def imports?(node)
    receiver, name, given = Tree.call(node)
    receiver.nil? && %w[require require_relative autoload].include?(name) && !given.empty?
  end

  # `a or return` is a condition.
  def jumps?(node)
    kind = Tree.kind(Tree.bare(node))
    LEAVES.include?(kind) || kind == :assign || kind == :opassign || %w[raise fail].include?(Tree.call(Tree.bare(node))&.at(1))
  end

  def chosen(draft, node, inner, every, nesting)
    *first, last = inner
    step = draft.step("if", Tree.line(node), nesting)
    draft.tokens << "if"
    draft.step("bool", Tree.line(node), nesting) if first.size > 1
    first.each { |part| condition(draft, part, nesting, positive: every) }
    draft.body(step) { |inside| visit(draft, last, inside) }
  end

  def returned(draft, node, nesting)
    draft.tokens << "Return"
    visit(draft, node[1], nesting) if Tree.node?(node[1]) && !Tree.leaf?(node[1])
  end

  def jump(draft, node, nesting)
    draft.tokens << node[0].to_s
    Tree.args(node[1]).each { |part| visit(draft, part, nesting) unless part[0] == :@kw }
  end

  def assigned(draft, node, nesting)
    draft.tokens << "="
    target(draft, node[1], last(node[2]), nesting)
    visit(draft, node[2], nesting)
  end

  # What `a = b = value` gives to a.
  def last(value) = Tree.kind(value) == :assign ? last(value[2]) : value

  # What an assignment binds: a local, an attribute, a global, an item.
  def target(draft, node, value, nesting, grows: false)
    case Tree.kind(node)
    when :var_field then bound(draft, node[1], value, grows: grows)
    when :field then field(draft, node, value, nesting)
    when :aref_field then item(draft, node, nesting)
    when :const_path_field, :top_const_field then parts(draft, node, nesting)
    when :mlhs, :mlhs_paren, nil then Tree.children(node).each { |part| target(draft, part, nil, nesting) }
    else Tree.leaf?(node) ? bound(draft, node, value) : parts(draft, node, nesting)
    end
  end

  def bound(draft, leaf, value, grows: false)
    return if leaf.nil?

    sort, name, (line,) = leaf
    case sort
    when :@ivar, :@cvar then written(draft, name.delete("@"), value, line)
    when :@gvar then draft.tokens << "n:#{name}" and share(draft, "global", name, line)
    when :@const then constant(draft, name, line)
    else
      draft.tokens << "n:#{name}"
      draft.bind(name, line, grows: grows)
      draft.copies[name] = value if value && %i[call method_add_arg aref vcall].include?(Tree.kind(Tree.bare(value)))
    end
  end

  def constant(draft, name, line)
    draft.tokens << "n:#{name}"
    draft.interface << { kind: "name", name: name, line: line } unless draft.function?
  end

  # An attribute of the object itself is written; outside of `initialize` that changes the object.
  def written(draft, name, value, line)
    draft.tokens.push(".", "a:#{name}", "n:self")
    draft.members[name] ||= line if draft.function?
    draft.writes[name] ||= { owner: draft.heading[:owner], name: name, line: line } if draft.function?
    given(draft, "", name, value, line)
    return if !draft.function? || draft.heading[:name].to_s.start_with?("initialize")

    share(draft, draft.lazy == name ? "lazy" : "attribute", "#{draft.heading[:owner]}.#{name}", line)
  end

  # What an attribute is given: nil, or a value of some sort. `owner` is empty for the object's own, else `*`.
  def given(draft, owner, name, value, line)
    return if value.nil?

    Nils.attribute(draft, owner, name, value, line)
    sort = Sorts.of(value)
    known = draft.given.any? { |each| [each[:owner], each[:name], each[:sort]] == [owner, name, sort] }
    draft.given << { owner: owner, name: name, sort: sort, line: line } unless sort.nil? || known
  end

  def share(draft, kind, subject, line) = draft.shared << { kind: kind, subject: subject, line: line }

  def field(draft, node, value, nesting)
    name = node[3][1]
    return written(draft, name, value, node[3][2][0]) if Tree.self?(node[1])

    draft.tokens.push(".", "a:#{name}")
    visit(draft, node[1], nesting)
    draft.writes["*#{name}"] ||= { owner: "*", name: name, line: node[3][2][0] }
    given(draft, "*", name, value, node[3][2][0])
    mutated(draft, node[1])
  end

  def item(draft, node, nesting)
    index(draft, node, nesting)
    mutated(draft, node[1])
  end

  # `x ||= v` asks whether x is there.
  def updated(draft, node, nesting)
    operator = node[2][1]
    asks = %w[||= &&=].include?(operator)
    draft.step("bool", Tree.line(node), nesting) if asks
    draft.asked << ["nil", readable(node[1]), true, nil] if asks
    draft.tokens << plain(operator)
    draft.test { visit(draft, readable(node[1]), nesting) } if asks
    lazily(draft, node[1], asks) { target(draft, node[1], asks ? node[3] : nil, nesting, grows: !asks) }
    visit(draft, node[3], nesting)
  end

  def readable(node) = Tree.kind(node) == :var_field ? [:var_ref, node[1]] : node

  def lazily(draft, node, asks)
    name = Tree.kind(node) == :var_field ? node[1][1].delete("@") : nil
    draft.lazy, before = (asks ? name : draft.lazy), draft.lazy
    yield
    draft.lazy = before
  end

  def many(draft, node, nesting)
    draft.tokens << "="
    values = paired(node)
    Tree.children(node[1]).each_with_index { |part, place| target(draft, part, values && values[place], nesting) }
    visit(draft, node[2], nesting)
  end

  def paired(node)
    values = Tree.kind(node[2]) == :mrhs_new_from_args ? [*node[2][1], node[2][2]] : nil
    values if values && !Tree.node?(node[1]) && values.size == node[1].size
  end

  # `begin` and `ensure` are free, a handler costs 1 + nesting.
  def attempt(draft, body, nesting, tail: false)
    start, lines = draft.tokens.size, draft.marks.size
    draft.tokens << "try" if body[2]
    block(draft, body[1], nesting, tail: tail && body[3].nil?)
    guarded = draft.shape(start)
    rescued(draft, body[2], nesting, guarded, lines)
    block(draft, body[3], nesting) if body[3]
    block(draft, body[4][1], nesting) if body[4]
  end

  def rescued(draft, node, nesting, guarded, lines)
    body = draft.marks.size - lines
    while node
      draft.mark(Tree.line(node))
      start = draft.tokens.size
      step = draft.step("except", draft.line, nesting)
      draft.tokens << "except"
      visit(draft, node[1], nesting) if node[1]
      caught(draft, node[2])
      draft.body(step) { |inside| block(draft, node[3], inside) }
      draft.handlers << handler(node, body, key(guarded + draft.shape(start)))
      node = node[4]
    end
  end

  def caught(draft, node)
    name = node && Tree.name(node)
    return if name.nil?

    draft.caught[name] = true
    target(draft, node, nil, 0)
  end

  def handler(node, body, key)
    names = []
    Tree.each(node[1]) { |part| names << part[1] if part[0] == :@const }
    broad = names.empty? || (names & BROAD).any?
    statements = Tree.statements(node[3])
    {
      line: Tree.line(node) || 1, caught: ["rescue", names.sort.join(", ")].reject(&:empty?).join(" "), body: body, key: key,
      broad: broad, swallows: broad && statements.all? { |part| drops?(part) }, passes: broad && raises?(node[3])
    }
  end

  def raises?(node)
    found = false
    Tree.each(node) { |part| found ||= %w[raise fail].include?(Tree.call(part)&.at(1)) }
    found
  end

  # Whether nothing of the exception survives this statement: it talks, or gives an empty answer.
  def drops?(node)
    return true if Tree.nil?(node) || %i[return0 next].include?(Tree.kind(node)) || node == [:array, nil] || node == [:hash, nil]
    return Tree.args(node[1]).all? { |part| Tree.nil?(part) } if Tree.kind(node) == :return

    TALKERS.include?(Tree.call(node)&.at(1)) || Tree.kind(node) == :var_ref && node[1][1] == "false"
  end

  # `x rescue y` catches everything.
  def excused(draft, node, nesting)
    step = draft.step("except", Tree.line(node), nesting)
    start = draft.tokens.size
    draft.tokens << "try"
    visit(draft, node[1], nesting)
    draft.tokens << "except"
    draft.body(step) { |inside| visit(draft, node[2], inside) }
    empty = drops?(node[2])
    draft.handlers << { line: Tree.line(node) || 1, caught: "rescue", body: 1, key: key(draft.shape(start)), broad: true, swallows: empty }
  end

  # The same for the same shape, on every machine.
  def key(words) = Digest::MD5.hexdigest(words.join("\n"))[0, 16]
end
