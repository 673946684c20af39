# The walk over one file: every kind of node has its reader, any other is read for its parts.

require "digest"
require_relative "tree"
require_relative "draft"
require_relative "subjects"
require_relative "questions"
require_relative "casts"
require_relative "sorts"
require_relative "nils"
require_relative "expressions"
require_relative "statements"
require_relative "branches"
require_relative "definitions"

class Reader
  include Expressions
  include Statements
  include Branches
  include Definitions

  MODULE = "<module>"

  READERS = {
    string_literal: :string, xstring_literal: :string, dyna_symbol: :string, regexp_literal: :string,
    symbol_literal: :symbol, array: :list, hash: :hash, bare_assoc_hash: :keywords,
    binary: :binary, unary: :unary, ifop: :choice, aref: :index, aref_field: :index,
    call: :call, vcall: :call, fcall: :call, command: :call, command_call: :call, method_add_arg: :call, super: :call,
    zsuper: :call, method_add_block: :block_call, lambda: :function_literal, block_var: :nothing,
    if: :conditional, unless: :conditional, if_mod: :conditional, unless_mod: :conditional,
    while: :loop, until: :loop, while_mod: :loop, until_mod: :loop, for: :each_of, case: :cases,
    begin: :begun, bodystmt: :attempted, rescue_mod: :excused,
    assign: :assigned, opassign: :updated, massign: :many,
    return: :returned, return0: :word, retry: :word, redo: :word, break: :jump, next: :jump, yield: :jump, yield0: :word,
    def: :method, defs: :method, class: :scope, module: :scope, sclass: :singleton,
    void_stmt: :nothing, params: :nothing, alias: :nothing, undef: :nothing
  }.freeze

  def initialize
    @units = []
    @seen = Hash.new(0)
    @row = [-1, 0, [], 0]
  end

  # The transcripts of all units of a file with so many lines.
  def units(tree, lines)
    draft = Draft.new({ qualname: MODULE, kind: "module", line: 1, owner: "", name: MODULE })
    level(draft, tree[1])
    close(draft, lines)
    @units
  end

  def visit(draft, node, nesting)
    return unless node.is_a?(Array)
    return node.each { |part| visit(draft, part, nesting) } unless Tree.node?(node)
    return leaf(draft, node, nesting) if Tree.leaf?(node)

    name = READERS[node[0]]
    name ? __send__(name, draft, node, nesting) : other(draft, node, nesting)
  end

  private

  def other(draft, node, nesting)
    return referenced(draft, node, nesting) if %i[var_ref const_ref top_const_ref].include?(node[0])

    draft.tokens << node[0].to_s if %i[const_path_ref defined dot2 dot3 args_add_star].include?(node[0])
    node[1..].each { |part| visit(draft, part, nesting) }
  end

  def referenced(draft, node, nesting) = leaf(draft, node[1], nesting)

  def nothing(*); end

  def word(draft, node, _nesting) = draft.tokens << node[0].to_s

  # Statements of `begin … end`; parentheses are read as their parts are.
  def begun(draft, node, nesting) = attempted(draft, node[1], nesting)

  def attempted(draft, node, nesting) = attempt(draft, node, nesting)

  def unique(qualname)
    count = (@seen[qualname] += 1)
    count == 1 ? qualname : "#{qualname}##{count}"
  end

  def close(draft, last)
    @units << draft.transcript(last) if draft.tokens.any? || draft.interface.any?
  end
end
