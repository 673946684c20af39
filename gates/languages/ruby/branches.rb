# Reading what decides: if and its kin, case, loops, blocks.

module Branches
  CONDITIONS = %i[if unless if_mod unless_mod].freeze
  OTHERWISE = %i[else elsif].freeze

  # A chain of if, elsif and else, or a condition behind its statement.
  def branch(draft, node, nesting, tail)
    return behind(draft, node, nesting, tail) if %i[if_mod unless_mod].include?(node[0])

    first, begun, positive = draft.flow.size, draft.tokens.size, node[0] == :if
    before = []
    arms(node).each_with_index do |arm, count|
      before = arm(draft, arm, nesting, { count: count, positive: positive || count.positive?, tail: tail, before: before })
    end
    otherwise = arms(node).last[3]
    in_a_row(draft, first, begun) if node[3].nil?
    otherwise(draft, otherwise, nesting, tail)
  end

  def arms(node)
    found = [node]
    found << found.last[3] while Tree.kind(found.last[3]) == :elsif
    found
  end

  def arm(draft, node, nesting, how)
    line = Tree.line(node[1])
    draft.mark(line) if how[:count].positive?
    start = draft.tokens.size
    step = draft.step(how[:count].zero? ? "if" : "elif", line, nesting)
    draft.tokens << "if"
    condition(draft, node[1], nesting, positive: how[:positive])
    guard = how[:count].zero? && (node[3].nil? ? how[:tail] : left?(node[3]))
    draft.body(step, guard: guard) { |inside| block(draft, node[2], inside, tail: how[:tail]) }
    how[:count].zero? ? [] : regular(draft, step, start, how[:before])
  end

  def left?(node) = node[0] == :else && jumps?(Tree.statements(node[1]).last)

  # Later arms of one shape read as a table: the third and further ones cost less. Returns this arm's shape.
  def regular(draft, step, start, before)
    now = draft.shape(start)
    draft.flow[step][:kind] = "arm" if now == before
    now
  end

  # A condition that is spelled out: of ifs that follow one another and have one shape the third and further cost less.
  def in_a_row(draft, step, start)
    now = draft.shape(start)
    place, nesting, shape, count = @row
    count = place == start && nesting == draft.flow[step][:nesting] && shape == now ? count + 1 : 1
    draft.flow[step][:kind] = "again" if count > Statements::FULL
    @row = [draft.tokens.size, draft.flow[step][:nesting], now, count]
  end

  def otherwise(draft, node, nesting, tail)
    return if node.nil?

    draft.mark(Tree.line(node))
    draft.tokens << "else"
    draft.step("else", draft.line, nesting)
    block(draft, node[1], nesting + 1, tail: tail)
  end

  def behind(draft, node, nesting, tail)
    first, begun = draft.flow.size, draft.tokens.size
    step = draft.step("if", Tree.line(node), nesting)
    draft.tokens << "if"
    condition(draft, node[1], nesting, positive: node[0] == :if_mod)
    draft.body(step, guard: tail && !jumps?(node[2])) { |inside| statement(draft, node[2], inside) }
    in_a_row(draft, first, begun)
  end

  def conditional(draft, node, nesting) = branch(draft, node, nesting, false)

  # The first `when` costs what `if` costs, a further one what `elsif` costs.
  def cases(draft, node, nesting)
    subject, arm = node[1], node[2]
    draft.tokens << "match"
    draft.test { visit(draft, subject, nesting) } if subject
    count, before = 0, []
    while arm && arm[0] != :else
      before = case_arm(draft, arm, subject, nesting, { count: count, before: before })
      count += 1
      arm = arm[3]
    end
    otherwise(draft, arm, nesting, false)
  end

  def case_arm(draft, node, subject, nesting, how)
    draft.mark(Tree.line(node))
    start = draft.tokens.size
    kinds = subject ? %w[match case] : %w[if elif]
    step = draft.step(how[:count].zero? ? kinds[0] : kinds[1], draft.line, nesting)
    draft.tokens << "case"
    pattern(draft, node, subject, nesting)
    draft.body(step) { |inside| block(draft, node[2], inside) }
    how[:count].zero? ? [] : regular(draft, step, start, how[:before])
  end

  def pattern(draft, node, subject, nesting)
    guarded = node[0] == :in && %i[if_mod unless_mod].include?(Tree.kind(node[1]))
    shape = guarded ? node[1][2] : node[1]
    draft.step("when", draft.line, nesting) if guarded
    condition(draft, node[1][1], nesting, positive: node[1][0] == :if_mod) if guarded
    return Tree.args(shape).each { |part| condition(draft, part, nesting) } if subject.nil?

    draft.asked << ["case", node[0] == :in ? [shape] : shape, true, subject]
    draft.step("bool", draft.line, nesting) if node[0] == :in && tests_part?(shape)
    captured(draft, shape)
    Tree.args(shape).each { |part| visit(draft, part, nesting) }
  end

  # A pattern that tests a part of what it takes apart is a conjunction.
  def tests_part?(shape)
    return false unless %i[aryptn hshptn fndptn].include?(Tree.kind(shape))

    found = false
    Tree.each(shape[1..]) { |part| found ||= part[0] == :@const || Tree.literal?(part) || part[0].end_with?("ptn") }
    found
  end

  def captured(draft, shape)
    Tree.each(shape) { |part| draft.locals[part[1][1]] ||= 1 if part[0] == :var_field && part[1] }
  end

  def loop(draft, node, nesting)
    step = draft.step("while", Tree.line(node[1]), nesting)
    draft.tokens << "while"
    condition(draft, node[1], nesting, positive: node[0].start_with?("while"), place: "while")
    turn(draft, step) { |inside| node[0].end_with?("_mod") ? visit(draft, node[2], inside) : block(draft, node[2], inside, tail: true) }
  end

  def each_of(draft, node, nesting)
    step = draft.step("for", Tree.line(node[2]), nesting)
    draft.tokens << "for"
    target(draft, node[1], nil, nesting)
    visit(draft, node[2], nesting)
    turn(draft, step) { |inside| block(draft, node[3], inside, tail: true) }
  end

  def turn(draft, step, &body)
    draft.loops += 1
    draft.body(step, &body)
    draft.loops -= 1
  end

  # A call with a block: a loop, a comprehension, or a function that is handed over.
  def block_call(draft, node, nesting)
    name = Tree.call(node)&.at(1)
    return forever(draft, node, nesting) if name == "loop"

    step = looped(draft, name, Tree.line(node), nesting)
    draft.tokens << (step ? "for" : "lambda")
    visit(draft, node[1], nesting)
    step && Tree::LOOPS.include?(name) ? turn(draft, step) { |inside| yielded(draft, node[2], inside) } : comprehended(draft, node, name, nesting, step)
  end

  def forever(draft, node, nesting)
    step = draft.step("while", Tree.line(node), nesting)
    draft.tokens << "while"
    turn(draft, step) { |inside| yielded(draft, node[2], inside) }
  end

  def comprehended(draft, node, name, nesting, step)
    draft.inner += 1 if step
    filters = step && Tree::FILTERS.include?(name)
    asked(draft, node[2]) if filters
    filters ? draft.test { yielded(draft, node[2], nesting + 1) } : yielded(draft, node[2], nesting + 1)
    draft.inner -= 1 if step
  end

  # The last statement of a filter is a condition.
  def asked(draft, block)
    body = block[2]
    statements = Tree.statements(Tree.kind(body) == :bodystmt ? body[1] : body)
    draft.asked << ["if", statements.last, true, nil] if statements.size == 1
  end

  def yielded(draft, block, nesting)
    signature(draft, block[1][1]) if block[1]
    body = block[2]
    one = Tree.statements(Tree.kind(body) == :bodystmt ? body[1] : body)
    return visit(draft, one[0], nesting) if block[0] == :brace_block && one.size == 1

    Tree.kind(body) == :bodystmt ? attempt(draft, body, nesting, tail: true) : block(draft, body, nesting, tail: true)
  end

  def function_literal(draft, node, nesting)
    draft.tokens << "lambda"
    parameters = Tree.kind(node[1]) == :paren ? node[1][1] : node[1]
    signature(draft, parameters)
    body = node[2]
    Tree.kind(body) == :bodystmt ? attempt(draft, body, nesting + 1) : block(draft, body, nesting + 1)
  end
end
