import Domain
import JSON

extension RequestMeasure {
    /// Takes what a chat completion's parameters and messages tell of its cost beyond their bytes.
    package mutating func note(
        _ version: ChatBody.Version, _ call: RunCall, _ dialect: ProviderDialect, _ allowances: Allowances
    ) {
        for message in version.messages { attachments.add(message, keepsDetail: dialect.keepsDetail, allowances) }
        for message in call.messages { attachments.add(message, keepsDetail: dialect.keepsDetail, allowances) }
        // Whichever of two is sent.
        for parameter in version.parameters { note(parameter.name, parameter.json[...]) }
        for parameter in call.parameters { note(parameter.name, parameter.value.raw) }
    }

    private mutating func note(_ name: String, _ json: ArraySlice<UInt8>) {
        switch name {
        case "tools", "functions": hasTools = true
        case "prediction": predictionBytes = max(predictionBytes, json.count)
        case "modalities":
            let asked = (try? JSONDocument(Array(json)))?.root.elements() ?? []
            asksForImages = asksForImages || asked.contains { $0.isString("image") }
        case _: break
        }
    }
}
