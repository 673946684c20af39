# One file: its bytes, its syntax tree or what is wrong with it, its facts in the form that goes over the pipe.

require_relative "reader"

class Source
  HEAD = 2000
  GENERATED = /^\s*#.*\b(?:generated (?:by|from|with)|auto-?generated|do not edit)\b/i
  SILENCES = /#\s*rubocop:(?:disable|todo)\s+([\w\/, ]+)/
  DEEP = "expressions are nested too deeply to be read; split them into several statements"

  def initialize(bytes)
    @text = bytes.dup.force_encoding("UTF-8")
    @text = @text.scrub("?") unless @text.valid_encoding?
  end

  def facts
    builder = Builder.new(@text)
    tree = builder.parse
    return broken(builder.mistake) if builder.error? || builder.mistake || tree.nil?

    read(Reader.new.units(tree, lines))
  rescue SystemStackError
    broken([DEEP, 1, 1])
  end

  private

  def lines = @text.count("\n") + (@text.end_with?("\n") ? 0 : 1)

  def read(units)
    { lines: lines, generated: generated?, units: units, suppressions: suppressions(units) }
  end

  def broken(mistake)
    message, line, column = mistake || ["it cannot be parsed", 1, 1]
    { lines: lines, generated: generated?, problems: [{ message: message, line: line, column: column }] }
  end

  def generated? = @text[0, HEAD].match?(GENERATED)

  # Every comment that silences rubocop, once for each cop that it names.
  def suppressions(units)
    @text.each_line.with_index(1).flat_map do |text, line|
      cops = text[SILENCES, 1].to_s.split(/[,\s]+/).reject(&:empty?)
      cops.map { |cop| { tool: "rubocop:disable", code: cop == "all" ? "" : cop, line: line, unit: around(units, line) } }
    end
  end

  def around(units, line)
    found = units.select { |unit| unit[:kind] != "module" && line.between?(unit[:line], unit[:end]) }
    found.empty? ? Reader::MODULE : found.max_by { |unit| unit[:line] }[:qualname]
  end
end
