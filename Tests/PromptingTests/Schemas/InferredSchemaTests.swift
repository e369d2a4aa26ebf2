import JSON
import Testing

@testable import Prompting

@Suite struct InferredSchemaTests {
    static let inferred: [(template: String, schema: String)] = [
        ("Hello", #"{"additionalProperties":false,"properties":{},"type":"object"}"#),
        (
            "{{ name }} {{ name }}",
            #"{"additionalProperties":false,"properties":{"name":{}},"required":["name"],"type":"object"}"#
        ),
        (
            "{{ b }}{% if c %}{{ d }}{% endif %}{{ a | default('x') }}",
            #"{"additionalProperties":false,"properties":{"a":{},"b":{},"c":{},"d":{}},"required":["b","c"],"type":"object"}"#
        ),
        (
            "{{ customer.name }}{% if customer.vip %}!{% endif %}{{ customer.note | default('') }}",
            #"""
            {"additionalProperties":false,"properties":{"customer":{"properties":{"name":{},"note":{},"vip":{}},\#
            "required":["name","vip"],"type":"object"}},"required":["customer"],"type":"object"}
            """#
        ),
        // Under a condition nothing is asked of what is there.
        (
            "{% if customer %}{{ customer.name }}{% endif %}",
            #"""
            {"additionalProperties":false,"properties":{"customer":{"properties":{"name":{}}}},\#
            "required":["customer"],"type":"object"}
            """#
        ),
        (
            "{% for item in items %}{{ item.title }}{% endfor %}",
            #"""
            {"additionalProperties":false,"properties":{"items":{"items":{"properties":{"title":{}}}}},\#
            "required":["items"],"type":"object"}
            """#
        ),
        ("{% set x = 1 %}{{ x }}{{ range(3) }}", #"{"additionalProperties":false,"properties":{},"type":"object"}"#),
    ]

    static func variables(_ template: String) throws -> [TemplateVariable] {
        try TemplateParser.parse(Array(template.utf8), options: Template.Options()).variables()
    }

    @Test(arguments: inferred) func infers(_ expected: (template: String, schema: String)) throws {
        let schema = inferredInputSchema(of: try Self.variables(expected.template))
        #expect(String(decoding: schema, as: UTF8.self) == expected.schema)
        #expect(try canonicalJSON(JSONDocument(schema).root) == schema)
    }

    @Test func templatesAddUp() throws {
        let variables = try ["{{ a.b | default(1) }}", "{{ a.b }}{{ a.c }}"].flatMap { try Self.variables($0) }
        #expect(
            String(decoding: inferredInputSchema(of: variables), as: UTF8.self) == #"""
                {"additionalProperties":false,"properties":{"a":{"properties":{"b":{},"c":{}},"required":["b","c"],\#
                "type":"object"}},"required":["a"],"type":"object"}
                """#)
        #expect(
            String(decoding: inferredInputSchema(of: variables, isLenient: true), as: UTF8.self) == #"""
                {"additionalProperties":false,"properties":{"a":{"properties":{"b":{},"c":{}}}},"type":"object"}
                """#)
    }

    static let inputs: [(template: String, input: String, faults: [String])] = [
        ("{{ name }}", #"{"name":1}"#, []),
        ("{{ name }}", "{}", [" required"]),
        ("{{ name }}", #"{"name":1,"nmae":2}"#, ["/nmae additionalProperties"]),
        ("{{ a.b }}", #"{"a":{"c":1}}"#, ["/a required"]),
        ("{{ a.b }}", #"{"a":"text"}"#, ["/a type"]),
        ("{{ text[:3] }}{% for x in list %}{{ x.y }}{% endfor %}", #"{"text":"abc","list":{"k":1}}"#, []),
        ("{% for x in list[:1] %}{{ x.y }}{% endfor %}", #"{"list":[{"y":1},2]}"#, []),
        ("{% if a is string %}{{ a }}{% else %}{{ a.b }}{% endif %}", #"{"a":"x"}"#, []),
    ]

    @Test(arguments: inputs) func refusesByName(_ expected: (template: String, input: String, faults: [String])) throws
    {
        let schema = try JSONSchema(compiling: inferredInputSchema(of: Self.variables(expected.template)))
        let faults = schema.faults(of: JSONTape(try JSONDocument(expected.input).root))
        #expect(faults.map { "\($0.pointer) \($0.rule)" } == expected.faults)
    }
}
