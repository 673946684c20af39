# A unit while it is read: what the reader appends to, and the transcript that becomes of it.

class Draft
  NESTED = %w[if for while ternary except match inner].freeze

  attr_reader :tokens, :marks, :flow, :locals, :interface, :shared, :decisions, :handlers, :hidden, :asked, :casts,
              :members, :nils, :calls, :copies, :heading, :stretches, :caught, :parameters, :writes,
              :optional, :given
  attr_accessor :loops, :inner, :testing, :lazy, :recursive, :bases

  # `heading`: qualname, kind, line, owner and name. `owner` is the class around, empty without one.
  def initialize(heading)
    @heading = heading
    @tokens, @marks, @flow, @locals, @stretches = [], [], [], {}, []
    @interface, @shared, @handlers, @hidden, @asked, @casts, @nils, @calls = [], [], [], [], [], [], [], []
    @decisions, @members, @copies, @bound, @caught, @writes = {}, {}, {}, {}, {}, {}
    @loops = @inner = @recursive = 0
    @testing = @lazy = nil
    @tests = 0
    @bases, @parameters, @optional, @given = [], [], [], []
  end

  def function? = heading[:kind] == "function"

  def owner = heading[:owner].split("::").last.to_s.split("#").first.to_s

  def line = marks.empty? ? heading[:line] : marks.last[:line]

  def mark(line)
    marks << { line: line || self.line, token: tokens.size }
  end

  def step(kind, line, nesting)
    flow << { kind: kind, line: line || self.line, nesting: nesting, mark: marks.size }
    flow.size - 1
  end

  # Read a body, one level deeper, and note how many steps in it pay for that level.
  def body(step, guard: false)
    yield flow[step][:nesting] + 1
    flow[step][:inside] = flow[(step + 1)..].count { |found| NESTED.include?(found[:kind]) }
    flow[step][:guard] = true if guard
  end

  def shape(start) = tokens[start..].map { |token| token[1] == ":" ? token[0] : token }

  # A condition of its own: what it reads are decisions.
  def test
    before = testing
    self.testing = (@tests += 1)
    yield
    self.testing = before
  end

  def decide(kind, subject, line)
    decisions[[testing, kind, subject]] ||= { kind: kind, subject: subject, line: line } if testing
  end

  # A local is bound; one that grows in a loop counts once.
  def bind(name, line, grows: false)
    locals[name] = locals.fetch(name, 0) + 1
    return unless function? && inner.zero?

    lines = @bound[grows && loops.positive? ? "#{name} +" : name] ||= []
    lines << line unless grows && loops.positive? && !lines.empty?
  end

  def rebindings
    counted = Hash.new { |found, name| found[name] = [] }
    @bound.each { |name, lines| counted[name.delete_suffix(" +")].concat(lines) }
    counted.filter_map do |name, lines|
      { name: name, line: lines.max, times: lines.size - 1 } if lines.size > 1 && !name.start_with?("_")
    end
  end

  # The names with an underscore in front that the unit speaks of, other than its own: what others may be asked for.
  def mentions
    spoken = tokens.select { |token| token[1] == ":" }.flat_map { |token| token[2..].scan(/(?<!\w)_\w*[a-zA-Z0-9]\b/) }
    (spoken.uniq - [heading[:name]]).sort.map { |name| { name: name, reach: true, taken: true } }
  end

  def transcript(last)
    told = {
      **heading, end: [last, heading[:line]].max, tokens: tokens, marks: marks, locals: locals.keys.sort,
      stretches: stretches, flow: flow, recursive: recursive, interface: interface, shared: shared.uniq,
      rebindings: rebindings, decisions: decisions.values, handlers: handlers, hidden: hidden, casts: Casts.said(self),
      nils: nils, given: given, mentions: mentions, calls: calls.uniq.sort, bases: bases, parameters: parameters, writes: writes.values,
      members: members.map { |name, line| { name: name, line: line } }
    }
    atoms, conjunctions = Questions.new(self).all
    told.reject { |_, value| value == [] || value == 0 }
        .merge(tokens: tokens, marks: marks, atoms: atoms, conjunctions: conjunctions)
  end
end
