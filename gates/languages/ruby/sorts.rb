# What sort of value attributes are given and methods answer with: where a thing gets the form that others must convert.

module Sorts
  LEAVES = { string_literal: "literal", symbol_literal: "sym", dyna_symbol: "sym", array: "list", hash: "dict",
             xstring_literal: "str", :@int => "int", :@float => "float", regexp_literal: "Regexp" }.freeze
  ANSWERS = {
    "to_s" => "str", "to_str" => "str", "to_sym" => "sym", "to_i" => "int", "to_f" => "float", "to_a" => "list",
    "to_h" => "dict", "strip" => "strip", "downcase" => "lower", "upcase" => "upper", "join" => "str",
    "gsub" => "str", "sub" => "str", "map" => "list", "select" => "list", "split" => "list", "size" => "int",
    "length" => "int", "count" => "int", "Integer" => "int", "Float" => "float", "String" => "str"
  }.freeze

  module_function

  # The sort of a value, empty where it cannot be told, nil for nil.
  def of(value)
    value = Tree.bare(value)
    return nil if value.nil? || Tree.nil?(value)
    return LEAVES[value[0]] if LEAVES.key?(value[0])
    return "bool" if value[0] == :var_ref && %w[true false].include?(value[1][1])

    answered(Tree.call(value))
  end

  def answered(call)
    receiver, name, = call
    return "" if name.nil?
    return Subjects.path(Tree.bare(receiver)).split(".").last if name == "new" && Tree.constant?(receiver)

    ANSWERS.fetch(name, "")
  end
end
