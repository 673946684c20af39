# What an expression is about, in words that mean the same in every file: an owner and a name, as gates/facts has them.
# `Class` and `x` for `@x` and for a call on the object itself, `*` and `x` for `o.x`, nothing and a path for constants,
# `$` and its name for a local; `…` for what cannot be named.

module Subjects
  LOCAL, FREE, UNKNOWN, OPAQUE = "$", "", "*", "…"
  DEPTH = 4

  module_function

  def subject(draft, node, depth = DEPTH)
    node = resolved(draft, node)
    case Tree.kind(node)
    when :var_ref, :var_field then named(draft, node)
    when :const_path_ref, :top_const_ref then [FREE, path(node)]
    when :call, :vcall, :method_add_arg, :command, :command_call then depth.zero? ? [OPAQUE, ""] : called(draft, node, depth - 1)
    when :field then member(draft, node[1], node[3][1], depth)
    when :aref, :aref_field then depth.zero? ? [OPAQUE, ""] : keyed(draft, node, depth - 1)
    else Tree.literal?(node) ? [FREE, literal(node)] : [OPAQUE, ""]
    end
  end

  # For a local that is bound once, to something with a name, what it is a copy of.
  def resolved(draft, node)
    2.times do
      node = Tree.bare(node)
      name = Tree.kind(node) == :var_ref && node[1][0] == :@ident ? node[1][1] : nil
      return node unless name && draft.locals[name] == 1 && draft.copies[name]

      node = draft.copies[name]
    end
    Tree.bare(node)
  end

  def named(draft, node)
    sort, name = node[1]
    case sort
    when :@ivar, :@cvar then [draft.owner, name.delete("@")]
    when :@ident then [LOCAL, name]
    else [FREE, name]
    end
  end

  def path(node)
    return "#{path(node[1])}.#{node[2][1]}" if Tree.kind(node) == :const_path_ref

    node[1][1]
  end

  def called(draft, node, depth)
    receiver, name, given = Tree.call(node)
    return [OPAQUE, ""] if name.nil?
    return keyed(draft, [:aref, receiver, given], depth) if name == "fetch" && given.size == 1 && Tree.text(given[0])

    holder, about = member(draft, receiver, name, depth)
    return [holder, about] if given.empty?

    [holder, "#{about}(#{given.map { |part| spelled(draft, part, depth) }.join(', ')})"]
  end

  def member(draft, receiver, name, depth)
    return [draft.owner, name] if receiver.nil? || Tree.self?(receiver)

    found = resolved(draft, receiver)
    return [UNKNOWN, name] unless Tree.constant?(found) && depth.positive?

    [FREE, "#{path(found)}.#{name}"]
  end

  def keyed(draft, node, depth)
    keys = Tree.args(node[2])
    key = keys.size == 1 ? Tree.text(keys[0]) : nil
    return [OPAQUE, ""] if key.nil?

    holder, about = subject(draft, node[1], depth)
    [holder, "#{about}['#{key}']"]
  end

  def spelled(draft, node, depth = DEPTH)
    return "(#{node[1].map { |part| spelled(draft, part, depth - 1) }.join(', ')})" if list?(node) && depth.positive?

    holder, name = subject(draft, node, depth)
    [LOCAL, FREE, OPAQUE].include?(holder) ? "#{holder}#{name}" : "#{holder}.#{name}"
  end

  def list?(node) = Tree.kind(node) == :array && node[1].is_a?(Array) && !Tree.node?(node[1])

  def literal(node)
    node = Tree.bare(node)
    found = Tree.text(node)
    return found.inspect if found
    return node[1][1] if Tree.kind(node) == :var_ref
    return "-#{literal(node[2])}" if Tree.kind(node) == :unary

    Tree.leaf?(node) ? node[1] : OPAQUE
  end

  # The expression as it stands, locals marked by `$`, for conditions that are spelled out more than once.
  def text(draft, node, depth = DEPTH)
    node = Tree.bare(node)
    return OPAQUE if depth.zero?
    return literal(node) if Tree.literal?(node)

    case Tree.kind(node)
    when :var_ref then node[1][0] == :@ident ? "$#{node[1][1]}" : node[1][1]
    when :const_path_ref, :top_const_ref then path(node)
    when :aref then "#{text(draft, node[1], depth - 1)}[#{list(draft, Tree.args(node[2]), depth)}]"
    when :binary then "#{text(draft, node[1], depth - 1)} #{node[2]} #{text(draft, node[3], depth - 1)}"
    when :call, :vcall, :method_add_arg, :command, :command_call then sent(draft, node, depth)
    else OPAQUE
    end
  end

  def sent(draft, node, depth)
    receiver, name, given = Tree.call(node)
    return OPAQUE if name.nil?

    said = given.empty? ? name : "#{name}(#{list(draft, given, depth)})"
    receiver ? "#{text(draft, receiver, depth - 1)}.#{said}" : said
  end

  def list(draft, nodes, depth) = nodes.map { |part| text(draft, part, depth - 1) }.join(", ")
end
