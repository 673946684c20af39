# The syntax tree: what Ripper builds, with the lines it leaves out, and questions about its nodes.

require "ripper"

# Nodes are arrays that begin with a symbol; leaves are `[:@sort, text, [line, column]]`.
class Builder < Ripper::SexpBuilderPP
  attr_reader :mistake

  ENDED = %i[def defs class module sclass do_block brace_block].freeze
  BARE = { return0: "return", zsuper: "super", retry: "retry", redo: "redo", yield0: "yield" }.freeze

  # The line on which a node ends comes last in it.
  ENDED.each { |name| define_method(:"on_#{name}") { |*parts| [name, *parts, lineno] } }

  # A word without anything after it has no leaf of its own.
  BARE.each { |name, word| define_method(:"on_#{name}") { |*_| [name, [:@kw, word, [lineno, column]]] } }

  def on_return(args) = [:return, args, lineno]

  def on_parse_error(message)
    @mistake ||= [message, lineno, column + 1]
  end

  %i[on_alias_error on_assign_error on_class_name_error on_param_error].each do |name|
    define_method(name) { |message, *_| @mistake ||= [message.to_s, lineno, column + 1] }
  end
end

module Tree
  LITERALS = %i[@int @float @rational @imaginary @CHAR string_literal symbol_literal regexp_literal].freeze
  LOOPS = %w[
    each each_with_index each_pair each_key each_value each_with_object each_slice each_cons each_char each_line
    each_byte each_entry reverse_each times upto downto step cycle
  ].freeze
  FILTERS = %w[
    select reject filter filter_map find detect any? all? none? one? count partition take_while drop_while find_index
    delete_if keep_if select! reject! find_all index grep
  ].freeze
  MAPS = %w[
    map collect flat_map map! collect! min_by max_by sort_by group_by inject reduce sum to_h each_entry zip uniq
    sort sort_by! transform_values transform_keys chunk_while slice_when tally_by to_set collect_concat
  ].freeze

  module_function

  def node?(value) = value.is_a?(Array) && value[0].is_a?(Symbol)

  def leaf?(value) = node?(value) && value[0].start_with?("@")

  def kind(value) = node?(value) ? value[0] : nil

  def children(value) = value.is_a?(Array) ? value.select { |part| part.is_a?(Array) } : []

  # The line of the first leaf in a node, nil where it has none.
  def line(value)
    return nil unless value.is_a?(Array)
    return value[2][0] if leaf?(value)

    value.each { |part| (found = line(part)) && (return found) }
    nil
  end

  def each(value, &block)
    return unless value.is_a?(Array)

    yield value if node?(value)
    value.each { |part| each(part, &block) } unless leaf?(value)
  end

  # The node without parentheses and statements around it.
  def bare(value)
    value = value[1].is_a?(Array) && !node?(value[1]) ? value[1][0] : value[1] while kind(value) == :paren && one?(value)
    value
  end

  def one?(value) = node?(value[1]) || value[1].is_a?(Array) && value[1].size == 1

  # The name in a reference to one: a local, a constant, an attribute of the object itself; nil for anything else.
  def name(value)
    return value[1] if leaf?(value)

    name(value[1]) if %i[var_ref var_field vcall fcall const_ref top_const_ref].include?(kind(value))
  end

  # What a call calls: receiver, name and arguments; nil where the node is no call.
  def call(value)
    case kind(value)
    when :call then [value[1], leaf?(value[3]) ? value[3][1] : "call", []]
    when :vcall, :fcall then [nil, value[1][1], []]
    when :command then [nil, value[1][1], args(value[2])]
    when :command_call then [value[1], leaf?(value[3]) ? value[3][1] : "call", args(value[4])]
    when :method_add_arg then (found = call(value[1])) && [found[0], found[1], args(value[2])]
    when :method_add_block then call(value[1])
    when :super then [nil, "super", args(value[1])]
    when :zsuper then [nil, "super", []]
    end
  end

  # The arguments in a list of them, without the block that is passed.
  def args(value)
    value = value[1] while %i[arg_paren args_add_block paren].include?(kind(value))
    return [] unless value.is_a?(Array)
    return [*args(value[1]), value[2], *value[3..]].compact if kind(value) == :args_add_star

    node?(value) ? [value] : value.flat_map { |part| node?(part) ? [part] : args(part) }
  end

  # The block that is passed in a list of arguments, as `&:name` or `&block`.
  def passed(value)
    value = value[1] while %i[arg_paren paren].include?(kind(value))
    kind(value) == :args_add_block && value[2] ? value[2] : nil
  end

  # Whether a `nil` stands there.
  def nil?(value)
    value = bare(value)
    kind(value) == :var_ref && value[1][1] == "nil" && value[1][0] == :@kw
  end

  def symbol?(value) = %i[symbol_literal dyna_symbol].include?(kind(value))

  def self?(value) = kind(value) == :var_ref && value[1] == [:@kw, "self", value[1][2]]

  def literal?(value)
    value = bare(value)
    return true if LITERALS.include?(kind(value)) || kind(value) == :unary && LITERALS.include?(kind(value[2]))

    kind(value) == :var_ref && value[1][0] == :@kw && %w[nil true false].include?(value[1][1])
  end

  # Whether it is the same wherever it stands: a constant, or a literal.
  def fixed?(value)
    literal?(value) || constant?(value)
  end

  def constant?(value)
    case kind(value = bare(value))
    when :var_ref, :const_ref, :top_const_ref then value[1][0] == :@const
    when :const_path_ref then constant?(value[1])
    else false
    end
  end

  # The text of a string or symbol that is written out, nil for anything else.
  def text(value)
    case kind(value)
    when :string_literal
      parts = value[1][1..]
      parts.all? { |part| kind(part) == :@tstring_content } ? parts.map { |part| part[1] }.join : nil
    when :symbol_literal then value[1][0] == :symbol ? value[1][1][1] : value[1][1]
    when :dyna_symbol then text(value[1])
    when :@label then value[1].delete_suffix(":")
    end
  end

  def statements(value)
    found = value.is_a?(Array) && !node?(value) ? value : [value]
    found.reject { |part| part.nil? || kind(part) == :void_stmt }
  end
end
