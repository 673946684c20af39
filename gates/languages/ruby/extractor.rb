# Speaks what Ruby files hold, over the pipe that docs/languages.md describes: one line of JSON asks for a file, one
# answers. Ripper reads, nothing is run; the standard library is all it needs.

require "json"
require_relative "source"

PROTOCOL = "pareback/facts/1"
VERSION = "2" # raised whenever some file would say something else; gates/languages/ruby.py says the same
SUFFIXES = %w[.rb .rake .gemspec .ru].freeze

def answer(line)
  asked = JSON.parse(line)
  { blob: asked["blob"], facts: Source.new(asked["source"].unpack1("m")).facts }
end

$stdout.sync = true
$stdin.set_encoding("UTF-8")
puts JSON.generate({ protocol: PROTOCOL, name: "ruby", version: VERSION, grammar: RUBY_VERSION[/\d+\.\d+/], suffixes: SUFFIXES })
$stdin.each_line { |line| puts JSON.generate(answer(line)) }
