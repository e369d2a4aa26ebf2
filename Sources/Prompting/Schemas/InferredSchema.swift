import JSON

/// What a version's templates say of its input, as a JSON Schema in canonical form: for an agent whose schema asks for
/// nothing.
///
/// It refuses an input for a variable that no template reads, for one that every rendering needs and that is not there,
/// and for a member that one of those needs. Nothing that would render is refused but unknown variables: where a use
/// stands under a condition, the schema names what is used (`properties`, `items`) and leaves it open.
///
/// - Parameters:
///   - variables: of all templates of the version; those of one name are one.
///   - isLenient: what is missing prints as nothing, so nothing is required.
package func inferredInputSchema(of variables: [TemplateVariable], isLenient: Bool = false) -> [UInt8] {
    var input = TemplateVariable.Shape()
    input.members = variables.map {
        TemplateVariable.Member(name: $0.name, isRequired: $0.isRequired, shape: $0.shape)
    }
    var writer = InferredSchemaWriter(isLenient: isLenient)
    writer.write(input, isWhole: true)
    return writer.json.bytes
}

/// Each variable of several templates once, in the order of first use, with what all of them say of it.
package func variablesByName(_ variables: [TemplateVariable]) -> [TemplateVariable] {
    var merged: [TemplateVariable] = []
    var places: [Text: Int] = [:]
    for variable in variables {
        guard let place = places[Text(variable.name)] else {
            places[Text(variable.name)] = merged.count
            merged.append(variable)
            continue
        }
        let known = Set(merged[place].paths.map { Text($0) })
        merged[place].paths += variable.paths.filter { !known.contains(Text($0)) }
        merged[place].isRequired = merged[place].isRequired || variable.isRequired
        merged[place].shape.merge([variable.shape])
    }
    return merged
}

private struct InferredSchemaWriter {
    let isLenient: Bool
    var json = JSONWriter()

    init(isLenient: Bool) { self.isLenient = isLenient }

    /// Keywords in the order of their names. A shape's own depth bounds the recursion.
    ///
    /// - Parameter isWhole: whether this is the input itself, which nothing but variables stands in.
    mutating func write(_ shape: TemplateVariable.Shape, isWhole: Bool = false, isElement: Bool = false) {
        let members = Self.merged(shape.members)
        // Not every element need be read: a slice leaves some out, a `break` too.
        let required = isLenient || isElement ? [] : members.filter(\.isRequired).map(\.name)
        json.beginObject()
        if isWhole {
            json.key("additionalProperties")
            json.bool(false)
        }
        if shape.isIterated {
            json.key("items")
            var elements = TemplateVariable.Shape()
            elements.merge(shape.elements)
            write(elements, isElement: true)
        }
        if isWhole || !members.isEmpty {
            json.key("properties")
            json.beginObject()
            for member in members {
                json.key(member.name)
                write(member.shape, isElement: isElement)
            }
            json.endObject()
        }
        if !required.isEmpty {
            json.key("required")
            json.beginArray()
            for name in required { json.string(name) }
            json.endArray()
        }
        if isWhole || !required.isEmpty {
            json.key("type")
            json.string("object")
        }
        json.endObject()
    }

    /// Each name once, in the order of their bytes.
    private static func merged(_ members: [TemplateVariable.Member]) -> [TemplateVariable.Member] {
        var merged: [Text: TemplateVariable.Member] = [:]
        for member in members {
            guard var known = merged[Text(member.name)] else {
                merged[Text(member.name)] = member
                continue
            }
            known.isRequired = known.isRequired || member.isRequired
            known.shape.merge([member.shape])
            merged[Text(member.name)] = known
        }
        return merged.sorted { $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) }.map(\.value)
    }
}

extension TemplateVariable.Shape {
    /// Adds what others say of the same value.
    fileprivate mutating func merge(_ others: [Self]) {
        for other in others {
            isIterated = isIterated || other.isIterated
            members += other.members
            elements += other.elements
        }
    }
}
