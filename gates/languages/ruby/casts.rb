# Which calls turn a value into one of another type, where no new value is meant. What is said to people does not count:
# interpolation, prints, logs, what is raised, methods that are conversions themselves.

module Casts
  METHODS = %w[to_s to_sym to_i to_f to_str to_r to_c to_d intern iso8601 as_json to_json to_path].freeze
  LISTS = %w[to_a to_h to_ary to_hash].freeze
  FUNCTIONS = %w[Integer Float String Array Rational Pathname BigDecimal].freeze
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

    value = converted(receiver, name, given)
    return if value.nil? || exempt?(draft, name, value)

    draft.casts << [name, value, Tree.line(node) || draft.line]
  end

  # The casts of a unit that was read, each with what it is about.
  def said(draft)
    draft.casts.map do |target, value, line|
      owner, about = Subjects.subject(draft, value)
      { target: target, owner: owner, name: about, line: line }
    end
  end

  def converted(receiver, name, given)
    return given[0] if receiver.nil? && FUNCTIONS.include?(name) && given.size == 1
    return receiver if receiver && given.empty? && (METHODS.include?(name) || LISTS.include?(name))

    given[0] if given.size == 1 && %w[parse generate].include?(name) && Tree.name(receiver) == "JSON"
  end

  def exempt?(draft, name, value)
    value = Tree.bare(value)
    return true if SPOKEN.include?(draft.heading[:name]) || Tree.literal?(value) || Tree.self?(value)
    return true if ARITHMETIC.include?(Tree.kind(value)) || draft.caught[Tree.name(value)]

    made = %i[method_add_block method_add_arg command].include?(Tree.kind(value))
    LISTS.include?(name) && made
  end
end
