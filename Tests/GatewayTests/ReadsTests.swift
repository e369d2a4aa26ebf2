import Domain
import JSON
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(1))) struct ReadsTests {
    @Test func modelsAreTheTokensDeployment() async throws {
        let gateway = try await GatewayFixture()
        let list = try await gateway.call("GET", "/v1/models")
        #expect(list.json?.member("data")?.elements().map { $0.member("id")?.string } == ["support/production"])
        #expect(try await gateway.call("GET", "/openai/v1/models").body == list.body)
        for name in ["support", "support/prod", "deployed", "support%2Fproduction"] {
            #expect(try await gateway.call("GET", "/v1/models/\(name)").status == 200)
        }
        #expect(try await gateway.call("GET", "/v1/models/gpt-4.1").status == 404)
        try await gateway.stop()
    }

    @Test func theDeploymentHasATagThatChangesWithIt() async throws {
        let gateway = try await GatewayFixture()
        let first = try await gateway.call("GET", "/v1/deployment")
        let tag = try #require(first.head["etag"])
        #expect(first.json?.member("model")?.string == "sim-1")
        #expect(first.json?.member("content") == nil, "the token may not read the prompt")
        let same = try await gateway.call("GET", "/v1/deployment", headers: [("If-None-Match", tag)])
        #expect(same.status == 304 && same.body.isEmpty)
        try await gateway.deploy(model: "sim-2", number: 2)
        let second = try await gateway.call("GET", "/v1/deployment", headers: [("If-None-Match", tag)])
        #expect(second.status == 200 && second.json?.member("revision")?.int == 2)
        try await gateway.token { $0.mayReadPrompt = true }
        let open = try await gateway.call("GET", "/v1/deployment")
        #expect(open.json?.member("content")?.member("messages") != nil)
        try await gateway.stop()
    }

    @Test func aRunIsReadByItsOwnDeploymentAlone() async throws {
        let gateway = try await GatewayFixture()
        let id = try #require(try await gateway.chat().head["tollgate-run-id"])
        let run = try await gateway.call("GET", "/v1/runs/\(id)")
        #expect(run.json?.member("state")?.string == "succeeded")
        #expect(run.json?.member("usage")?.member("output_tokens")?.int == 4)
        try await gateway.token("neighbour") { $0.agent = "other" }
        #expect(try await gateway.call("GET", "/v1/runs/\(id)", secret: "neighbour").status == 404)
        #expect(try await gateway.call("GET", "/v1/runs/run_x").status == 404)
        try await gateway.stop()
    }

    @Test func healthNeedsNoToken() async throws {
        let gateway = try await GatewayFixture()
        #expect(try await gateway.call("GET", "/healthz", secret: nil).status == 200)
        #expect(try await gateway.call("GET", "/readyz", secret: nil).status == 200)
        try await gateway.stop()
    }

    @Test(arguments: ["x-api-key", "api-key", "x-goog-api-key"])
    func everyVendorsHeaderCarriesTheToken(_ header: String) async throws {
        let gateway = try await GatewayFixture()
        let reply = try await gateway.call(
            "GET", "/v1/models", secret: nil, headers: [(header, GatewayFixture.secret)])
        #expect(reply.status == 200)
        try await gateway.stop()
    }
}
