# Reading methods, classes and modules: where units begin and end, what they declare.

module Definitions
  SPECIAL = %w[
    initialize to_s to_str inspect == eql? equal? hash <=> [] []= + - * / % << each call coerce to_proc to_a to_ary to_h
    initialize_copy initialize_dup inherited included extended prepended method_added method_missing
    respond_to_missing? === =~ ! -@ +@ marshal_dump marshal_load
  ].freeze
  ATTRIBUTES = %w[attr_reader attr_writer attr_accessor attr].freeze
  QUIET = %w[private public protected module_function private_constant].freeze
  MAGIC = %w[method_missing const_missing].freeze

  # A method in a method belongs to it; any other is a unit of its own.
  def method(draft, node, nesting)
    single = node[0] == :defs
    name, parameters, body, last = single ? [node[3], node[4], node[5], node[6]] : node[1..]
    return nested(draft, name, parameters, body, nesting) if draft.function?

    unit = open(draft, single ? "self.#{name[1]}" : name[1], name[1], name[2][0])
    unit.interface << declared(name, parameters)
    unit.hidden << { kind: "magic", line: name[2][0], size: 1, key: name[1] } if MAGIC.include?(name[1])
    unit.mark(name[2][0])
    unit.tokens << "def"
    body(unit, parameters, body)
    Nils.function(unit, body, name[1])
    close(unit, last)
  end

  def open(draft, called, name, line)
    owner = draft.heading[:kind] == "class" ? draft.heading[:qualname] : ""
    qualname = unique(owner.empty? ? called : "#{owner}.#{called}")
    Draft.new({ qualname: qualname, kind: "function", line: line, owner: owner, name: name })
  end

  def body(unit, parameters, body)
    parameters = parameters[1] if Tree.kind(parameters) == :paren
    unit.parameters.concat(named(parameters))
    unit.optional.concat(nil_by_default(parameters))
    signature(unit, parameters)
    Tree.node?(body[1]) ? visit(unit, body[1], 0) : attempt(unit, body, 0, tail: true)
  end

  def named(parameters)
    return [] unless Tree.kind(parameters) == :params

    [*parameters[1], *(parameters[2] || []).map(&:first), *parameters[4]].filter_map { |leaf| leaf[1] if Tree.leaf?(leaf) } +
      (parameters[5] || []).map { |label, _| label[1].delete_suffix(":") }
  end

  def nil_by_default(parameters)
    return [] unless Tree.kind(parameters) == :params

    [*parameters[2], *parameters[5]].filter_map { |leaf, value| leaf[1].delete_suffix(":") if Tree.node?(value) && Tree.nil?(value) }
  end

  # Parameters are operands and local; their defaults are code.
  def signature(draft, parameters)
    return unless Tree.node?(parameters)

    values = defaults(parameters)
    leaves(parameters, values).each do |leaf|
      name = leaf[1].delete_suffix(":")
      draft.tokens << "n:#{name}"
      draft.locals[name] = draft.locals.fetch(name, 0) + 1
    end
    values.each { |value| visit(draft, value, 0) }
  end

  # The names in a node, without those in the defaults.
  def leaves(node, values)
    return [] if !node.is_a?(Array) || values.any? { |value| value.equal?(node) }
    return %i[@ident @label].include?(node[0]) ? [node] : [] if Tree.leaf?(node)

    node.flat_map { |part| leaves(part, values) }
  end

  def defaults(parameters)
    return [] unless Tree.kind(parameters) == :params

    [*parameters[2], *parameters[5]].map(&:last).select { |value| Tree.node?(value) }
  end

  def declared(name, parameters)
    parameters = parameters[1] if Tree.kind(parameters) == :paren
    flags = defaults(parameters).count { |value| Tree.kind(value) == :var_ref && %w[true false].include?(value[1][1]) }
    kind = SPECIAL.include?(name[1]) ? "special" : "function"
    { kind: kind, name: name[1], line: name[2][0], parameters: count(parameters), flags: flags }
  end

  def count(parameters)
    return 0 unless Tree.kind(parameters) == :params

    rest = [parameters[3], parameters[6]].count { |part| Tree.node?(part) }
    named(parameters).size + rest
  end

  def nested(draft, name, parameters, body, nesting)
    draft.tokens.push("n:#{name[1]}", "def")
    draft.interface << { **declared(name, parameters), kind: "nested" }
    signature(draft, Tree.kind(parameters) == :paren ? parameters[1] : parameters)
    Tree.node?(body[1]) ? visit(draft, body[1], nesting + 1) : attempt(draft, body, nesting + 1, tail: true)
  end

  # The body of a class is a unit. A module that only holds others is a name space and free.
  def scope(draft, node, _nesting)
    path, parent, body, last = node[0] == :class ? node[1..] : [node[1], nil, node[2], node[3]]
    prefix = draft.heading[:kind] == "class" ? "#{draft.heading[:qualname]}::" : ""
    return parts(draft, body, 0) if draft.function?

    said = Tree.kind(path) == :const_path_ref ? Subjects.path(path).gsub(".", "::") : path[1][1]
    unit = Draft.new({ qualname: unique(prefix + said), kind: "class", line: Tree.line(path), owner: prefix + said, name: said })
    unit.mark(Tree.line(path))
    unit.stretches << { token: 0, literal: false }
    header(unit, path, parent) unless space?(node, body)
    level(unit, body[1])
    close(unit, last)
  end

  def header(unit, path, parent)
    unit.interface << { kind: "class", name: unit.heading[:name], line: Tree.line(path) }
    unit.tokens << "class"
    return if parent.nil?

    unit.bases << Subjects.path(Tree.bare(parent)).split(".").last if Tree.constant?(parent)
    visit(unit, parent, 0)
  end

  def space?(node, body)
    node[0] == :module && Tree.statements(body[1]).all? { |part| %i[module class].include?(Tree.kind(part)) }
  end

  # `class << self` holds methods of the class itself.
  def singleton(draft, node, nesting)
    draft.function? ? parts(draft, node[2], nesting) : level(draft, node[2][1])
  end

  # The statements of a class or module, each counted by itself: moving one elsewhere changes no other's size.
  def level(draft, statements)
    Tree.statements(statements).each do |node|
      draft.stretches << { token: draft.tokens.size, literal: Tree.kind(node) == :assign && table?(node[2]) }
      member(draft, node)
    end
  end

  def member(draft, node)
    receiver, name, given = Tree.call(node)
    return attributes(draft, given) if receiver.nil? && ATTRIBUTES.include?(name)
    return defined_in(draft, given) if receiver.nil? && QUIET.include?(name)

    block_unit?(node) ? block_unit(draft, node, name, given) : block(draft, [node], 0)
  end

  # `private def …`: a visibility word around a definition.
  def defined_in(draft, given)
    given.each { |part| visit(draft, part, 0) if %i[def defs].include?(Tree.kind(part)) }
  end

  def table?(node)
    node = Tree.call(node)&.at(1) == "freeze" ? Tree.call(node)[0] : node
    return true if Tree.literal?(node) || Tree.leaf?(node)
    return Tree.args(node[1]).all? { |part| table?(part) } if Tree.kind(node) == :array

    Tree.kind(node) == :hash && pairs(node).all? { |part| table?(part) }
  end

  def attributes(draft, given)
    given.each do |part|
      name = Tree.text(part)
      next if name.nil?

      line = Tree.line(part) || draft.line
      draft.interface << { kind: "name", name: name, line: line }
      draft.members[name] ||= line
    end
  end

  # `get "/x" do … end` at the level of a class or file is a function without a name.
  def block_unit?(node)
    return false unless Tree.kind(node) == :method_add_block && Tree.kind(node[2]) == :do_block

    [*Tree::LOOPS, *Tree::MAPS, *Tree::FILTERS, "loop"].none?(Tree.call(node)&.at(1))
  end

  def block_unit(draft, node, name, given)
    body = node[2][2]
    return scoped(draft, node, body) if Tree.statements(body[1]).any? { |part| %i[def defs class module].include?(Tree.kind(part)) }

    called = [name, given.filter_map { |part| Tree.text(part) }.first].compact.join(" ")
    unit = open(draft, called, name.to_s, Tree.line(node) || draft.line)
    unit.mark(Tree.line(node))
    block_call(unit, node, -1)
    close(unit, node[2].last)
  end

  # A block with methods in it is the body of a class that a call makes.
  def scoped(draft, node, body)
    draft.mark(Tree.line(node))
    visit(draft, node[1], 0)
    level(draft, body[1])
  end
end
