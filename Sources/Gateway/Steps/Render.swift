import Domain
import JSON
import Prompting
import Protocols

/// The provider's request, ready to be sent, and what bounds its cost.
struct Prompt {
    var url: String
    var body: [UInt8]
    /// What the provider's protocol wants beside the key.
    var headers: [(name: String, value: String)]
    /// Names of request fields that the deployment decides.
    var ignored: [String]
    var measure: RequestMeasure
    /// The most that one attempt can consume.
    var most: Foreseen
    /// What one attempt is likely to consume.
    var likely: Foreseen
    /// How often it may be sent.
    var attempts: Int
}

extension RunPipeline {
    /// Used where neither version nor request nor price list knows, which no key that costs credits allows.
    private static var fallbackMaximum: Int64 { 4_096 }

    /// The version's messages, filled, then the request's own, as the provider's request.
    func render(
        _ call: Call, _ messages: [RenderedMessage], _ target: Target, _ route: ProviderRoute
    ) throws(GatewayError) -> Prompt {
        if let request = call.embeddings { return embed(request, target, route) }
        let plan = target.plan
        let maximum = try outputMaximum(call, plan, route)
        guard !messages.isEmpty || !call.messages.isEmpty || call.system != nil else {
            throw GatewayError(
                .invalidRequest, "The deployed version has no messages of its own: send some.", param: "messages")
        }
        var version = ChatBody.Version(
            model: plan.model, messages: messages, parameters: plan.parameters, overridable: plan.overridable)
        if let shape = shape(plan, messages, call, route.dialect) { version.parameters.append(shape) }
        do throws(RequestFault) {
            let (call, unpriced) = withoutUnpriced(call, plan, route)
            // What a client's own protocol has, another does not get.
            let searches =
                plan.asksForProviderTools
                || call.spoken == route.dialect.wire
                    && call.parameters.contains { ProviderTools.areAsked(by: $0.name, $0.value) }
            try requireToolPrice(searches, route)
            let (body, measured) = try ProviderBody.encode(
                version, call, maxOutputTokens: maximum, dialect: route.dialect, allowances: settings.allowances)
            let ignored = (target.modelWasSetAside ? ["model"] : []) + call.ignored + unpriced + body.ignored
            var measure = measured
            measure.asksForProviderTools = searches
            let url = route.dialect.url(base: route.baseURL, model: plan.model, stream: call.stream) ?? ""
            return Prompt(
                url: url, body: body.bytes, headers: route.dialect.headers(for: call),
                ignored: ignored.filter(isHeaderSafe),
                measure: measure,
                most: measure.most(settings.allowances), likely: measure.likely(settings.allowances),
                attempts: plan.output?.onInvalid == .retry && !call.stream ? 2 : 1)
        } catch {
            throw GatewayError(.invalidRequest, error.message, param: error.param)
        }
    }

    /// A request for vectors. No tokenizer makes more tokens of its inputs than the body has bytes, whether they are text
    /// or tokens' numbers; and there is no output.
    private func embed(_ request: EmbeddingsRequest, _ target: Target, _ route: ProviderRoute) -> Prompt {
        let plan = target.plan
        let version = ChatBody.Version(
            model: plan.model, messages: [], parameters: plan.parameters, overridable: plan.overridable)
        let unpriced = ((try? request.root.members()) ?? []).map(\.name).filter {
            route.costsCredits && Self.isUnpriced($0) && !plan.overridable.contains($0)
        }
        let body = request.body(version, without: Set(unpriced))
        let measure = RequestMeasure(bytes: body.bytes.count, maximumOutput: 0, choices: 1)
        let ignored = (target.modelWasSetAside ? ["model"] : []) + body.ignored
        return Prompt(
            url: route.dialect.url(base: route.baseURL) ?? "", body: body.bytes, headers: [],
            ignored: ignored.filter(isHeaderSafe), measure: measure, most: measure.most(settings.allowances),
            likely: measure.likely(settings.allowances), attempts: 1)
    }

    /// Request parameters that change what a provider charges, in ways that the price list does not say (OpenRouter's
    /// choose other models and whose they are, Anthropic's a speed or a place at another rate): they are the version's to
    /// set, where runs cost credits. In lower case and without underscores: Google takes two spellings.
    private static let unpriced: Set<String> = [
        "servicetier", "websearchoptions", "searchparameters", "models", "route", "provider", "plugins", "preset",
        "speed", "inferencegeo", "contextmanagement", "mcpservers", "container",
    ]

    private static func isUnpriced(_ name: String) -> Bool {
        unpriced.contains(name.lowercased().replacing("_", with: ""))
    }

    /// Unknown is never zero: what the provider bills by the call can be asked for only where the price says how much.
    private func requireToolPrice(_ areAsked: Bool, _ route: ProviderRoute) throws(RequestFault) {
        guard areAsked, route.costsCredits, let price = route.price?.price, price.rates.toolCalls == nil else { return }
        throw RequestFault("The model has no price for tools that the provider runs itself.", param: "tools")
    }

    private func withoutUnpriced(_ call: Call, _ plan: Plan, _ route: ProviderRoute) -> (Call, [String]) {
        guard route.costsCredits else { return (call, []) }
        var call = call
        let setAside = call.parameters.map(\.name).filter {
            Self.isUnpriced($0) && !plan.overridable.contains($0)
        }
        call.parameters.removeAll { setAside.contains($0.name) }
        // Some of Anthropic's betas have rates of their own.
        for index in call.protocolHeaders.indices {
            let betas = call.protocolHeaders[index].value.split(separator: ",").filter { !$0.contains("fast-mode") }
            call.protocolHeaders[index].value = betas.joined(separator: ",")
        }
        call.protocolHeaders.removeAll { $0.value.isEmpty }
        return (call, setAside)
    }

    /// What makes the provider answer in the shape of the agent's output schema, as far as it knows how. A
    /// `response_format` of the version's own says something else.
    private func shape(
        _ plan: Plan, _ messages: [RenderedMessage], _ call: Call, _ dialect: ProviderDialect
    ) -> Parameter? {
        guard let format = plan.output?.responseFormat,
            !plan.parameters.contains(where: { $0.name == format.name })
        else { return nil }
        switch dialect.structuredOutput(of: plan.model) {
        case .jsonSchema: return format
        case .strictJSONSchema: return plan.output?.isStrict == true ? format : nil
        case .jsonObject:
            let speaksOfJSON =
                messages.contains { $0.content.bytes.speaksOfJSON } || call.messages.contains { $0.raw.speaksOfJSON }
            return speaksOfJSON ? OutputContract.jsonObject : nil
        case .none: return nil
        }
    }

    /// The version's maximum wins over the request's, unless the version says it may be overridden; none goes beyond
    /// what the model can write.
    private func outputMaximum(_ call: Call, _ plan: Plan, _ route: ProviderRoute) throws(GatewayError) -> Int64 {
        let names = ["max_output_tokens", "max_completion_tokens", "max_tokens"]
        let isOpen = plan.maxOutputTokens == nil || names.contains(where: plan.overridable.contains)
        let asked = isOpen ? call.maxOutputTokens ?? plan.maxOutputTokens : plan.maxOutputTokens
        switch (asked, route.price?.maximumOutputTokens) {
        case (let asked?, let known?): return min(asked, known)
        case (let asked?, nil): return asked
        case (nil, let known?): return known
        case (nil, nil):
            guard route.costsCredits else { return Self.fallbackMaximum }
            throw GatewayError(
                .noUsableKey,
                "Nobody says how much \(plan.model) can write: set max_output_tokens in the version.", retryAfter: 30)
        }
    }

    /// Field names go into a response header, so a client's own odd ones are left out of it.
    private func isHeaderSafe(_ name: String) -> Bool {
        name.utf8.count <= 64
            && name.utf8.allSatisfy {
                "_-.[]".utf8.contains($0) || (48...57).contains($0) || (97...122).contains($0 | 32)
            }
    }
}

extension Collection<UInt8> {
    /// Whether the word is there, in letters of any case.
    fileprivate var speaksOfJSON: Bool {
        var matched = 0
        let word: StaticString = "json"
        return word.withUTF8Buffer { word in
            for byte in self {
                matched = byte | 32 == word[matched] ? matched + 1 : byte | 32 == word[0] ? 1 : 0
                if matched == word.count { return true }
            }
            return false
        }
    }
}
