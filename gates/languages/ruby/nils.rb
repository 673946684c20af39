# Where nil is made: attributes that are set to it or taken from a parameter whose default it is, methods that return it
# beside values. What a method answers by its last expression alone says nothing: every Ruby method answers something.

module Nils
  module_function

  # An attribute is given a value; `owner` is empty for the object's own, else `*`.
  def attribute(draft, owner, name, value, line)
    kind = gives_nil?(value) ? "set" : parameter?(draft, value) && owner.empty? ? "parameter" : nil
    return if kind.nil? || draft.nils.any? { |nil_| nil_[:owner] == owner && nil_[:name] == name }

    draft.nils << { kind: kind, owner: owner, name: name, line: line }
  end

  # Whether nil stands there to be taken: by itself, in an arm of a choice, or at the end of an `||`.
  def gives_nil?(value)
    value = Tree.bare(value)
    return gives_nil?(value[2]) || gives_nil?(value[3]) if Tree.kind(value) == :ifop

    inner, = Questions.run(value)
    Tree.nil?(inner ? inner.last : value)
  end

  # A parameter whose default is nil and which no condition has looked at.
  def parameter?(draft, value)
    name = Tree.kind(Tree.bare(value)) == :var_ref ? Tree.name(Tree.bare(value)) : nil
    draft.optional.include?(name) && draft.asked.none? { |_, node,| mentions?(node, name) }
  end

  def mentions?(node, name)
    found = false
    Tree.each(node) { |part| found ||= part[0] == :@ident && part[1] == name }
    found
  end

  # Whether a method that answers with a value also answers with nil.
  def function(draft, body, name)
    return if Definitions::SPECIAL.include?(name) || name.end_with?("=", "!")

    returns = []
    returned(body) { |node| returns << node }
    last = Tree.node?(body[1]) ? body[1] : Tree.statements(body[1]).last
    nils, values = [*returns, last].compact.partition { |node| nil_answer?(node) }
    bare = nils.find { |node| node[0] == :return0 }
    kind, node = ending(nils.reject { |found| found[0] == :return0 }, bare, returns, values)
    draft.nils << { kind: kind, owner: "", name: "", line: line(draft, node) } if kind
    answers(draft, values)
  end

  # The sorts of what a method answers with, each once.
  def answers(draft, values)
    found = values.to_h { |node| [Sorts.of(node[0] == :return ? Tree.args(node[1])[0] : node), line(draft, node)] }
    found.each { |sort, line| draft.given << { owner: "", name: "", sort: sort, line: line || draft.line } unless sort.nil? }
  end

  def ending(nils, bare, returns, values)
    return nil if values.empty?
    return ["none", nils[0]] if nils.any?

    explicit = returns.any? { |node| node[0] == :return && !nil_answer?(node) }
    bare && explicit ? ["bare", bare] : bare ? nil : ["value", nil]
  end

  def line(draft, node) = node.nil? ? draft.heading[:line] : node[0] == :return ? node[2] : Tree.line(node)

  def nil_answer?(node)
    return true if node[0] == :return0

    given = node[0] == :return ? Tree.args(node[1]) : [node]
    given.size == 1 && gives_nil?(given[0])
  end

  # The returns of a method: not of one in it, nor of a function that is handed over.
  def returned(node, &block)
    return unless node.is_a?(Array)
    return yield(node) if %i[return return0].include?(node[0])

    node.each { |part| returned(part, &block) } unless %i[def defs lambda class module].include?(node[0])
  end
end
