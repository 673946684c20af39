# The questions that a unit asks, each in one form for all the ways to write it: `x.nil?` and `x == nil`, `unless x` and
# `if !x`, `5 > x` and `x < 5`. Conditions that must hold together are conjunctions.

class Questions
  Leaf = Struct.new(:kind, :node, :positive, :operand)
  EMPTY = %w[empty? blank?].freeze
  FULL = %w[any? present?].freeze
  TYPES = %w[is_a? kind_of? instance_of?].freeze
  EDGES = { "start_with?" => "startswith", "end_with?" => "endswith" }.freeze
  KEYS = %w[key? has_key? include? member? cover?].freeze
  ORDERED = { :< => ["<", false], :> => [">", false], :>= => ["<", true], :<= => [">", true] }.freeze
  SWAPPED = { "<" => ">", ">" => "<" }.freeze
  RUNS = { :"&&" => true, :and => true, :"||" => false, :or => false }.freeze

  def initialize(draft)
    @draft = draft
    @atoms = []
    @conjunctions = []
  end

  def all
    @draft.asked.each { |place, node, positive, matched| read(place, node, positive, matched) }
    [@atoms, @conjunctions]
  end

  # The operands of a run of one operator, and whether it is an `and`; nil where there is none.
  def self.run(node)
    node = Tree.bare(node)
    return nil unless Tree.kind(node) == :binary && RUNS.key?(node[2])

    every = RUNS[node[2]]
    parts = [node[1], node[3]].flat_map { |side| (inner = run(side)) && inner[1] == every ? inner[0] : [side] }
    [parts, every]
  end

  private

  def read(place, node, positive, matched)
    @place = place
    if matched
      cases(node, matched)
    elsif place == "nil"
      @place = "value"
      note(Leaf.new("nil", node, false, ""), true)
    elsif place == "value"
      value(node)
    else
      together(Tree.line(node), parts(node, positive))
    end
  end

  # What must hold together for the node to hold, or to fail: pairs of texts, as it stands and denied.
  def parts(node, positive)
    node = Tree.bare(node)
    return parts(node[2], !positive) if Tree.kind(node) == :unary && %i[! not].include?(node[1])

    inner, every = Questions.run(node)
    return leaf(node, positive) if inner.nil?

    groups = inner.map { |part| parts(part, positive) }
    every == positive ? groups.flatten(1) : either(Tree.line(node), groups)
  end

  def either(line, groups)
    groups.each { |group| together(line, group) }
    single = groups.select { |group| group.size == 1 }.map { |group| group[0].reverse }
    together(line, single, either: true)
    []
  end

  def together(line, parts, either: false)
    return if parts.size < 2

    @conjunctions << { line: line || 1, parts: parts.map(&:first), denied: parts.map(&:last), either: either }
  end

  def leaf(node, positive)
    found = Questions.leaves(@draft, node)
    found.each { |each| note(each, positive) }
    return [] if found.empty?

    first = found[0]
    said = phrase(first)
    return [] if said.include?(Subjects::OPAQUE)

    ways = [said, "not #{said}"]
    [positive == first.positive ? ways : ways.reverse]
  end

  # A condition as somebody would write it.
  def phrase(leaf)
    asked = Subjects.text(@draft, leaf.node)
    case leaf.kind
    when "nil" then "#{asked}.nil?"
    when "type" then "#{asked}.is_a?(#{leaf.operand})"
    when "in" then "#{asked}.include?(#{leaf.operand})"
    else [asked, leaf.operand].reject(&:empty?).join(" ")
    end
  end

  def note(leaf, positive)
    owner, name = Subjects.subject(@draft, leaf.node)
    return if leaf.kind == "type" && owner == Subjects::LOCAL && @draft.caught[name]

    holds = leaf.positive == positive
    line = Tree.line(leaf.node) || @draft.heading[:line]
    @atoms << { kind: leaf.kind, owner: owner, name: name, operand: leaf.operand, positive: holds, place: @place, line: line }
  end

  # `x || default` and `x && x.y` ask whether x is there; what comes last asks nothing and is the value.
  def value(node)
    inner, every = Questions.run(node)
    *first, _last = inner
    first.each { |part| nameable?(part) ? note(Leaf.new("nil", part, true, ""), false) : together(Tree.line(part), parts(part, every)) }
  end

  def nameable?(node)
    node = Tree.bare(node)
    %i[var_ref vcall aref].include?(Tree.kind(node)) || Tree.kind(node) == :call && !node[3].to_a[1].to_s.end_with?("?")
  end

  def cases(pattern, matched)
    types, rest = Tree.args(pattern).partition { |part| Tree.constant?(part) && !shouted?(part) }
    names = types.map { |part| Subjects.path(part).split(".").last }.sort.uniq
    note(Leaf.new("type", matched, true, names.join(" | ")), true) unless names.empty?
    rest.each do |part|
      kind = Tree.nil?(part) ? "nil" : "eq"
      operand = kind == "nil" ? "" : "== #{Subjects.spelled(@draft, part)}"
      note(Leaf.new(kind, matched, true, operand), true) if Tree.fixed?(part)
    end
  end

  def shouted?(node) = Subjects.path(node).split(".").last.match?(/\A[A-Z0-9_]+\z/)

  class << self
    # The questions of one condition that is no `and`, `or` or `not`.
    def leaves(draft, node)
      node = Tree.bare(node)
      case Tree.kind(node)
      when :binary then compared(draft, node)
      when :var_ref, :aref then Tree.literal?(node) ? [] : [Leaf.new("truthy", node, true, "")]
      when :assign then leaves(draft, node[2])
      when :defined then [Leaf.new("type", node[1], true, "defined:")]
      else asked(draft, node)
      end
    end

    private

    def compared(draft, node)
      left, operator, right = node[1], node[2], node[3]
      return equal(draft, left, right, true) if operator == :==
      return equal(draft, left, right, false) if operator == :!=
      return [type(draft, right, left)] if operator == :=== && Tree.constant?(left)
      return ordered(draft, left, operator, right) if ORDERED.key?(operator)
      return [Leaf.new("eq", left, true, "& #{Subjects.spelled(draft, right)}")] if operator == :& && Tree.fixed?(right)

      %i[=~ !~].include?(operator) ? [Leaf.new("call", left, operator == :=~, "match #{Subjects.spelled(draft, right)}")] : []
    end

    def equal(draft, left, right, positive)
      left, right = right, left if Tree.fixed?(left) && !Tree.fixed?(right)
      return [Leaf.new("nil", left, positive, "")] if Tree.nil?(right)

      receiver, name, = Tree.call(Tree.bare(left))
      return [type(draft, receiver, right, positive)] if name == "class" && receiver && Tree.constant?(right)
      return [Leaf.new("truthy", receiver, !positive, "")] if %w[size length count].include?(name) && zero?(right) && receiver
      return [Leaf.new("truthy", left, !positive, "")] if Tree.text(right) == "" || right == [:array, nil]

      [Leaf.new(Tree.fixed?(right) ? "eq" : "cmp", left, positive, "== #{Subjects.spelled(draft, right)}")]
    end

    def ordered(draft, left, operator, right)
      sign, denied = ORDERED[operator]
      left, right, sign = right, left, SWAPPED[sign] if Tree.fixed?(left) && !Tree.fixed?(right)
      receiver, name, = Tree.call(Tree.bare(left))
      counted = %w[size length count].include?(name) && receiver
      return [Leaf.new("truthy", receiver, !denied, "")] if counted && zero?(right) && sign == ">"

      [Leaf.new("ord", left, !denied, "#{sign} #{Subjects.spelled(draft, right)}")]
    end

    def zero?(node) = Tree.kind(node) == :@int && node[1] == "0"

    def type(draft, node, type, positive = true)
      names = Tree.constant?(type) ? Subjects.path(Tree.bare(type)).split(".").last : Subjects::OPAQUE
      return Leaf.new("nil", node, positive, "") if names == "NilClass"

      Leaf.new("type", node, positive, names)
    end

    def asked(draft, node)
      receiver, name, given = Tree.call(node)
      return [] if name.nil?

      about_receiver(draft, receiver, name, given) || [Leaf.new(name.end_with?("?") || !given.empty? ? "call" : "truthy", node, true, "")]
    end

    def about_receiver(draft, receiver, name, given)
      first = given[0]
      return [Leaf.new("type", receiver || first, true, "hasattr:#{Tree.text(first)}")] if name == "respond_to?" && Tree.text(first)
      return nil if receiver.nil?
      return [Leaf.new("nil", receiver, true, "")] if name == "nil?"
      return [Leaf.new("truthy", receiver, FULL.include?(name), "")] if given.empty? && [*EMPTY, *FULL].include?(name)
      return [Leaf.new("eq", receiver, true, "== 0")] if name == "zero?"
      return [type(draft, receiver, first)] if TYPES.include?(name) && first
      return [Leaf.new("eq", receiver, true, "#{EDGES[name]} #{Subjects.spelled(draft, first)}")] if EDGES.key?(name) && Tree.fixed?(first)

      contained(draft, receiver, first) if KEYS.include?(name) && first
    end

    def fixed?(items) = !items.empty? && items.all? { |each| Tree.fixed?(each) || Tree.leaf?(each) }

    # `[A, B].include?(x)` asks x whether it is one of these.
    def contained(draft, receiver, item)
      whole = Tree.bare(receiver)
      items = Subjects.list?(whole) ? Tree.args(whole[1]) : []
      return items.map { |each| Leaf.new("eq", item, true, "== #{Subjects.spelled(draft, each)}") } if fixed?(items)
      return [Leaf.new("eq", item, true, "in #{Subjects.spelled(draft, whole)}")] if Tree.constant?(whole)

      [Leaf.new("in", receiver, true, Subjects.spelled(draft, item))]
    end
  end
end
