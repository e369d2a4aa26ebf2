import JSON

extension StoreFacts {
    /// Asks the running server, which has the files.
    init(_ server: some AdminCalling) async throws {
        for key in try await server.list(["provider-keys"], query: [("limit", "500")]) {
            add(
                Key(
                    id: key.text("id"), owner: key.text("organization"), provider: key.text("provider"),
                    isActive: key.text("state") == "active", isExempt: key.member("exempt")?.bool == true))
        }
        for price in try await server.list(["prices"], query: [("limit", "500")]) {
            guard price.text("state") == "in_force", price.present("input") != nil else { continue }
            let model = Model(provider: price.text("provider"), name: price.text("model"))
            if let organization = price.present("organization")?.string {
                ownPrices.insert(Use(organization: organization, model: model))
            } else {
                prices.insert(model)
            }
        }
        var asked = 0
        for organization in try await server.list(["organizations"]).map({ $0.text("slug") }) {
            for agent in try await server.list(["organizations", organization, "agents"]).map({ $0.text("slug") }) {
                guard asked < Self.maximumAgents else {
                    isComplete = false
                    return
                }
                asked += 1
                try await add(organization, agent, server)
            }
        }
    }

    private mutating func add(_ organization: String, _ agent: String, _ server: some AdminCalling) async throws {
        let path = ["organizations", organization, "agents", agent]
        var models: [String: Model] = [:]
        for deployment in try await server.list(path + ["deployments"]) {
            guard deployment.text("state") != "undeployed" else { continue }
            let number = deployment.text("version", "number")
            if models[number] == nil {
                let version = try await server.get(AdminPath.make(path + ["versions", number])).json
                models[number] = version.member("document").flatMap { Self.model(Array($0.raw)) }
            }
            guard let model = models[number] else { continue }
            uses[Use(organization: organization, model: model)] =
                "\(organization)/\(agent) in \(deployment.text("environment"))"
        }
    }
}
