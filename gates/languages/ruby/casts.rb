# Which calls turn a value into one of another type, where no new value is meant. What is said to people does not count:
# interpolation, prints, logs, what is raised, methods that are conversions themselves.

module Casts
  # Under the names that the gate has for the forms.
  METHODS = {
    "to_s" => "str", "to_str" => "str", "to_sym" => "sym", "intern" => "sym", "to_i" => "int", "to_int" => "int",
    "to_f" => "float", "to_d" => "Decimal", "iso8601" => "isoformat", "to_json" => "dumps", "ord" => "ord",
    "chr" => "chr", "strip" => "strip", "downcase" => "lower", "upcase" => "upper"
  }.freeze
  LISTS = { "to_a" => "tuple", "to_ary" => "tuple", "to_h" => "to_dict", "to_hash" => "to_dict" }.freeze
  FUNCTIONS = {
    "Integer" => "int", "Float" => "float", "String" => "str", "Array" => "tuple", "Pathname" => "Path",
    "BigDecimal" => "Decimal"
  }.freeze
  CODECS = { "parse" => "loads", "generate" => "dumps" }.freeze
  SPEAKERS = %w[
    puts print p pp printf warn raise fail abort format sprintf join debug info error fatal log write say echo exception
  ].freeze
  SPOKEN = %w[to_s to_str inspect to_sym to_i to_f to_a to_h to_json as_json hash to_proc].freeze
  ARITHMETIC = %i[binary array hash].freeze

  module_function

  # Note a call that was read: a cast, or the end of something said, whose casts since `before` do not count.
  def called(draft, node, before)
    receiver, name, given = Tree.call(node)
    return draft.casts.slice!(before..) if SPEAKERS.include?(name) && !given.empty? || name == "join"

    value, target = converted(receiver, name, given)
    return if value.nil? || exempt?(draft, name, value)

    draft.casts << [target, value, Tree.line(node) || draft.line]
  end

  # The casts of a unit that was read, each with what it is about.
  def said(draft)
    draft.casts.map do |target, value, line|
      owner, about = Subjects.subject(draft, value)
      { target: target, owner: owner, name: about, line: line }
    end
  end

  # What is converted and to what; nil where nothing is.
  def converted(receiver, name, given)
    return [given[0], FUNCTIONS[name]] if receiver.nil? && FUNCTIONS.key?(name) && given.size == 1
    return [receiver, METHODS[name] || LISTS[name]] if receiver && given.empty? && (METHODS.key?(name) || LISTS.key?(name))

    [given[0], CODECS[name]] if given.size == 1 && CODECS.key?(name) && Tree.name(receiver) == "JSON"
  end

  def exempt?(draft, name, value)
    value = Tree.bare(value)
    return true if SPOKEN.include?(draft.heading[:name]) || Tree.literal?(value) || Tree.self?(value)
    return true if ARITHMETIC.include?(Tree.kind(value)) || draft.caught[Tree.name(value)]

    made = %i[method_add_block method_add_arg command].include?(Tree.kind(value))
    LISTS.key?(name) && made
  end
end
