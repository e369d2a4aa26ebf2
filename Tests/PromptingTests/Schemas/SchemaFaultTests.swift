import JSON
import Testing

@testable import Prompting

/// Schemas that are refused: where, and in which words.
@Suite struct SchemaFaultTests {
    private func fault(_ text: String, draft: JSONSchema.Draft = .draft202012) -> SchemaFault? {
        do throws(SchemaFault) {
            _ = try JSONSchema(compiling: Array(text.utf8), default: draft)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        (#"{"minLength": -1}"#, "/minLength", "minLength must be a non-negative integer"),
        (#"{"maxItems": 1.5}"#, "/maxItems", "maxItems must be a non-negative integer"),
        (#"{"properties": {"a": {"type": "text"}}}"#, "/properties/a/type", "type must be one of"),
        (#"{"type": []}"#, "/type", "type must be one of"),
        (#"{"type": ["string", 1]}"#, "/type/1", "type must be one of"),
        (#"{"required": "a"}"#, "/required", "required must be an array of strings"),
        (#"{"required": ["a", 1]}"#, "/required/1", "required must be an array of strings"),
        (#"{"properties": []}"#, "/properties", "properties must be an object of schemas"),
        (#"{"properties": {"a": 1}}"#, "/properties/a", "a schema must be an object or a boolean"),
        (#"{"allOf": []}"#, "/allOf", "allOf must be an array of at least one schema"),
        (#"{"items": [{}]}"#, "/items", "a schema must be an object or a boolean"),
        (#"{"multipleOf": 0}"#, "/multipleOf", "multipleOf must be a number above zero"),
        (#"{"multipleOf": 0.12345678901234567891}"#, "/multipleOf", "at most 19 digits"),
        (#"{"minimum": "1"}"#, "/minimum", "minimum must be a number"),
        (#"{"uniqueItems": 1}"#, "/uniqueItems", "uniqueItems must be a boolean"),
        (#"{"enum": 1}"#, "/enum", "enum must be an array"),
        (#"{"title": 1}"#, "/title", "title must be a string"),
        (#"{"dependentRequired": {"a": [1]}}"#, "/dependentRequired/a/0", "an object of arrays of strings"),
        (#"{"$defs": {"a": {"minLength": "1"}}}"#, "/$defs/a/minLength", "minLength must be a non-negative integer"),
        (#"{"$ref": "https://example.com/other"}"#, "/$ref", "https://example.com/other leads outside"),
        (##"{"$ref": "#/$defs/a"}"##, "/$ref", "leads to no place"),
        (##"{"$ref": "#a"}"##, "/$ref", "names an anchor that is not there"),
        (##"{"$ref": "#"}"##, "", "refers to itself"),
        (##"{"allOf": [{"anyOf": [true, {"$ref": "#"}]}]}"##, "", "refers to itself"),
        (##"{"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"not": {"$ref": "#/$defs/a"}}}}"##, "/$defs/a", "itself"),
        (#"{"$schema": "http://json-schema.org/draft-04/schema#"}"#, "/$schema", "draft 2020-12 or draft-07"),
        (#"{"$id": "http://a/b#c"}"#, "/$id", "must not have a fragment"),
        (#"{"allOf": [{"$anchor": "a"}, {"$anchor": "a", "type": "null"}]}"#, "/allOf/0/$anchor", "a second schema"),
        (#"{"pattern": "(?=a)"}"#, "/pattern", "looks ahead"),
        (#"{"pattern": "(?<!a)b"}"#, "/pattern", "looks behind"),
        (#"{"pattern": "(a)\\1"}"#, "/pattern", "refers back"),
        (#"{"pattern": "a{1001}"}"#, "/pattern", "more than 1000 times"),
        (#"{"pattern": "(((a{99}){99}){99}){99}"}"#, "/pattern", "the pattern is refused"),
        (#"{"pattern": "["}"#, "/pattern", "never closed"),
        (#"{"pattern": "\\Aa"}"#, "/pattern", "no escape of ECMA 262"),
        (#"{"patternProperties": {"a**": true}}"#, "/patternProperties/a**", "the pattern is refused"),
        ("[]", "", "a schema must be an object or a boolean"),
        ("{", "", "the schema is not JSON"),
    ])
    func isRefused(_ text: String, _ pointer: String, _ message: String) throws {
        let fault = try #require(self.fault(text), "\(text) is accepted")
        #expect(fault.pointer == pointer)
        #expect(fault.message.contains(message), "\(fault.message)")
    }

    @Test(arguments: [
        "true", "{}", #"{"unknown": {"minLength": -1}}"#, #"{"minLength": 2.0}"#, #"{"maxLength": 1e30}"#,
        ##"{"properties": {"next": {"$ref": "#"}}}"##, #"{"default": {"type": 1}, "examples": [{"pattern": "("}]}"#,
        #"{"enum": []}"#, #"{"$comment": "", "deprecated": true}"#, #"{"pattern": "^[\\w.-]+@\\p{L}{2,}$"}"#,
    ])
    func isAccepted(_ text: String) { #expect(fault(text) == nil) }

    @Test func draft7HidesWhatStandsBesideAReference() {
        let text =
            ##"{"definitions": {"a": {"type": "string"}}, "properties": {"b": {"$ref": "#/definitions/a", "minLength": -1}}}"##
        #expect(fault(text, draft: .draft7) == nil)
        #expect(fault(text)?.pointer == "/properties/b/minLength")
    }

    @Test func sizesAreBounded() {
        let large = #"{"description": ""# + String(repeating: "x", count: JSONSchema.maximumByteCount) + #""}"#
        #expect(fault(large)?.message.contains("larger than") == true)
        let patterns = (0...SchemaCompiler.maximumPatterns).map { #""p\#($0)": {"pattern": "^\#($0)$"}"# }
        #expect(
            fault(#"{"properties": {"# + patterns.joined(separator: ",") + "}}")?.message.contains("patterns") == true)
        let ids = (0...SchemaLibrary.maximumResources).map { #""p\#($0)": {"$id": "x\#($0)"}"# }
        #expect(fault(#"{"$defs": {"# + ids.joined(separator: ",") + "}}")?.message.contains("$id") == true)
    }

    /// A chain of references as long as a schema can hold compiles, and takes no stack.
    @Test func longChains() throws {
        let count = 20_000
        let links = (0..<count).map { ##""\##($0)": {"$ref": "#/$defs/\##($0 + 1)"}"## }
        let text =
            ##"{"$ref": "#/$defs/0", "$defs": {"## + links.joined(separator: ",")
            + ##","\##(count)": {"type": "null"}}}"##
        let schema = try JSONSchema(compiling: Array(text.utf8))
        #expect(schema.accepts(JSONTape(try JSONDocument("null").root)))
        #expect(!schema.accepts(JSONTape(try JSONDocument("1").root)))
    }

    /// Of many, each is the one that was meant: the first of two of one name, and the one that is numbered so.
    @Test func pointersIntoManyPlaces() throws {
        func accepts(_ reference: String, _ value: Int) throws -> Bool {
            let members = (0..<40).map { #""a/\#($0)": {"const": \#($0)}"# }
            let elements = (0..<40).map { #"{"const": \#($0)}"# }
            let text =
                ##"{"$ref": "#/\##(reference)", "$defs": {"## + members.joined(separator: ",")
                + #","a/7": {"const": 100}, "a\u0062": {"const": 101}, "anyOf": {"anyOf": ["#
                + elements.joined(separator: ",") + "]}}}"
            let schema = try JSONSchema(compiling: Array(text.utf8))
            return schema.accepts(JSONTape(try JSONDocument("\(value)").root))
        }
        for (reference, value) in [
            ("$defs/a~17", 7), ("$defs/a~139", 39), ("$defs/ab", 101), ("$defs/anyOf/anyOf/0", 0),
            ("$defs/anyOf/anyOf/39", 39),
        ] {
            #expect(try accepts(reference, value), "\(reference)")
            #expect(try !accepts(reference, value + 1), "\(reference)")
        }
        for reference in ["$defs/a~140", "$defs/a7", "$defs/anyOf/anyOf/40", "$defs/anyOf/anyOf/07"] {
            #expect(throws: SchemaFault.self, "\(reference)") { try accepts(reference, 7) }
        }
    }

    @Test func faultsInResourcesNameThem() throws {
        let resources = ["https://example.com/a": Array(#"{"$defs": {"x": {"minLength": "1"}}}"#.utf8)]
        #expect(throws: SchemaFault.self) {
            try JSONSchema(
                compiling: Array(##"{"$ref": "https://example.com/a#/$defs/x"}"##.utf8), resources: resources)
        }
        do throws(SchemaFault) {
            _ = try JSONSchema(
                compiling: Array(##"{"$ref": "https://example.com/a#/$defs/x"}"##.utf8), resources: resources)
        } catch {
            #expect(error.pointer == "https://example.com/a#/$defs/x/minLength")
        }
    }
}
