@testable import Prompting

/// A syntax tree as an S-expression, for tables of tests.
extension TemplateSyntax {
    static func dump(_ template: String, _ options: Template.Options = .init()) throws(TemplateFault) -> String {
        Dump.body(try TemplateParser.parse(Array(template.utf8), options: options).body)
    }

    /// Text that stands outside of tags; `·` stands for an output, `‹…›` for an `if` without an `else`.
    static func text(_ template: String, _ options: Template.Options = .init()) throws(TemplateFault) -> String {
        Dump.text(try TemplateParser.parse(Array(template.utf8), options: options).body)
    }
}

private enum Dump {
    static func body(_ body: [Statement]) -> String { body.map(statement).joined(separator: " ") }

    static func text(_ body: [Statement]) -> String {
        body.map { statement in
            switch statement.kind {
            case .text(let bytes): String(decoding: bytes, as: UTF8.self)
            case .conditional(let branches, _): branches.map { "‹" + text($0.body) + "›" }.joined()
            default: "·"
            }
        }.joined()
    }

    static func list(_ name: String, _ parts: [String]) -> String {
        "(" + ([name] + parts.filter { !$0.isEmpty }).joined(separator: " ") + ")"
    }

    static func statement(_ statement: Statement) -> String {
        switch statement.kind {
        case .text(let bytes): quoted(bytes)
        case .output(let value): list("out", [expression(value)])
        case .conditional(let branches, let otherwise):
            list(
                "if",
                branches.map { list("when", [expression($0.test), body($0.body)]) }
                    + (otherwise.isEmpty ? [] : [list("else", [body(otherwise)])]))
        case .loop(let loop):
            list(
                "for",
                [
                    target(loop.target), expression(loop.iterable),
                    loop.condition.map { list("if", [expression($0)]) } ?? "", body(loop.body),
                    loop.otherwise.isEmpty ? "" : list("else", [body(loop.otherwise)]),
                ])
        case .set(let name, let value): list("set", [target(name), expression(value)])
        case .setBlock(let name, let filters, let inner):
            list("set-block", [target(name)] + filters.map(filter) + [body(inner)])
        case .with(let values, let inner):
            list("with", values.map { list(target($0.target), [expression($0.value)]) } + [body(inner)])
        case .filterBlock(let filters, let inner): list("filter", filters.map(filter) + [body(inner)])
        case .macro(let macro): list("macro", [macro.name] + parts(of: macro))
        case .callBlock(let macro, let call): list("call-block", [expression(call)] + parts(of: macro))
        case .breakLoop: "(break)"
        case .continueLoop: "(continue)"
        case .evaluate(let value): list("do", [expression(value)])
        }
    }

    static func parts(of macro: Statement.Macro) -> [String] {
        let parameters = macro.parameters.map { $0.name + ($0.value.map { "=" + expression($0) } ?? "") }
        return ["[" + parameters.joined(separator: " ") + "]", body(macro.body)]
    }

    static func target(_ target: Target) -> String {
        switch target {
        case .name(let name, _): name
        case .tuple(let targets): "<" + targets.map(self.target).joined(separator: " ") + ">"
        case .attribute(let name, let attribute, _): "\(name).\(attribute)"
        }
    }

    static func filter(_ filter: FilterCall) -> String { "|" + filter.name + arguments(filter.arguments) }

    static func arguments(_ list: ArgumentList) -> String {
        let parts =
            list.positional.map(expression) + list.keywords.map { "\($0.name)=\(expression($0.value))" }
            + (list.unpacked.map { ["*" + expression($0)] } ?? [])
            + (list.unpackedKeywords.map { ["**" + expression($0)] } ?? [])
        return parts.isEmpty ? "" : "{" + parts.joined(separator: " ") + "}"
    }

    static func expression(_ value: Expression) -> String {
        switch value.kind {
        case .literal(let literal): self.literal(literal)
        case .name(let name): name
        case .list(let elements): "[" + elements.map(expression).joined(separator: " ") + "]"
        case .tuple(let elements): list("tuple", elements.map(expression))
        case .dict(let entries): list("dict", entries.map { "\(expression($0.key)):\(expression($0.value))" })
        case .negate(let operand): list("neg", [expression(operand)])
        case .plus(let operand): list("pos", [expression(operand)])
        case .not(let operand): list("not", [expression(operand)])
        case .and: list("and", operands(value, isOr: false).map(expression))
        case .or: list("or", operands(value, isOr: true).map(expression))
        case .binary(let binary, let left, let right):
            list(binary.rawValue, [expression(left), expression(right)])
        case .concatenate(let parts): list("~", parts.map(expression))
        case .compare(let first, let others):
            list("cmp", [expression(first)] + others.flatMap { [$0.0.rawValue, expression($0.1)] })
        case .conditional(let test, let then, let otherwise):
            list("?", [expression(test), expression(then), otherwise.map(expression) ?? ""])
        case .attribute(let object, let name): list("." + name, [expression(object)])
        case .item(let object, let key): list("item", [expression(object), expression(key)])
        case .slice(let object, let start, let stop, let step):
            list("slice", [expression(object)] + [start, stop, step].map { $0.map(expression) ?? "_" })
        case .call(let callee, let list): "(call \(expression(callee))\(arguments(list)))"
        case .filter(let operand, let call): list(filter(call), [expression(operand)])
        case .test(let operand, let name, let list, let isNegated):
            "\(isNegated ? "(not " : "")(is \(name)\(arguments(list)) \(expression(operand)))\(isNegated ? ")" : "")"
        }
    }

    /// Of `and` or `or`, flat: the tree is balanced, which means the same.
    static func operands(_ value: Expression, isOr: Bool) -> [Expression] {
        switch value.kind {
        case .and(let left, let right) where !isOr: operands(left, isOr: isOr) + operands(right, isOr: isOr)
        case .or(let left, let right) where isOr: operands(left, isOr: isOr) + operands(right, isOr: isOr)
        default: [value]
        }
    }

    static func literal(_ value: Value) -> String {
        switch value {
        case .none: "None"
        case .bool(let bool): bool ? "True" : "False"
        case .int(let int): "\(int)"
        case .float(let double): "\(double)"
        case .string(let text): quoted(text.bytes)
        case .undefined, .list, .tuple, .dict, .range, .input, .object, .rare: "?"
        }
    }

    static func quoted(_ bytes: [UInt8]) -> String { "'" + String(decoding: bytes, as: UTF8.self) + "'" }
}
