import ArgumentParser
import Domain
import JSON
import Security

/// Amounts as people type them.
enum Credits {
    static func validate(_ text: String, _ name: String, _ isInRange: (NanoCredits) -> Bool) throws {
        guard let amount = NanoCredits(decimal: text), isInRange(amount) else {
            throw ValidationError("\(name): expects credits, a decimal with at most nine places, as 5.00")
        }
    }
}

extension CreditCommand {
    /// What moving credits takes, besides how many.
    struct PostingOptions: ParsableArguments {
        @Option(help: "The key under which these are moved once. (default: a new one)") var idempotencyKey: String?
        @OptionGroup var organization: OrganizationOptions
        @OptionGroup var admin: AdminOptions

        /// - Parameters:
        ///   - list: what is posted to.
        ///   - words: says what was done to which organization.
        func post(
            _ list: String, _ words: (_ amount: String, _ organization: String) -> String,
            _ fill: (inout JSONBody) -> Void
        ) async throws {
            try await admin.withServer { server in
                var body = JSONBody()
                fill(&body)
                let key = idempotencyKey ?? newIdentifier(prefix: "cli_")
                body.set("idempotency_key", key)
                let slug = try await organization.resolve(server)
                let answer: AdminAnswer
                do {
                    answer = try await server.post(AdminPath.make(["organizations", slug, "credits", list]), body)
                } catch {
                    // It may be on the books all the same.
                    if idempotencyKey == nil { StandardError.write("to repeat it: --idempotency-key \(key)\n") }
                    throw error
                }
                try admin.output.show(answer) { result in
                    (answer.status == 201 ? "" : "done before: ") + words(result.text("entry", "balance_change"), slug)
                        + "; available: \(result.text("credits", "available"))"
                }
            }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add credits.",
            discussion: "Under one idempotency key they are added once: give one where the command may be repeated.")

        @Argument(help: "Credits, as 5.00.") var amount: String
        @Option(help: "Why, for the books.") var note: String?
        @Option(help: "When what is left of them is taken back, as 2027-01-01T00:00:00Z. (default: never)")
        var expires: String?
        @OptionGroup var posting: PostingOptions

        func validate() throws {
            try Credits.validate(amount, "AMOUNT") { $0 > .zero }
            guard expires.map({ Timestamp($0) != nil }) ?? true else {
                throw ValidationError("--expires: expects a time, as 2027-01-01T00:00:00Z")
            }
        }

        func run() async throws {
            try await posting.post("top-ups", { "added \($0) credits to \($1)" }) { body in
                body.set("amount", amount)
                body.set("note", note)
                body.set("expires_at", expires)
            }
        }
    }

    struct Adjust: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Correct the balance by hand, either way.",
            discussion: """
                It takes no more than what is available: what is held for running runs is spoken for. Under one idempotency \
                key it is made once: give one where the command may be repeated.
                """)

        @Argument(
            parsing: .allUnrecognized,
            help: ArgumentHelp("Credits, above zero to add, below to take, as -5.00.", valueName: "amount"))
        var amounts: [String]
        @Option(help: "Why, for the books.") var note: String
        @OptionGroup var posting: PostingOptions

        func validate() throws {
            guard amounts.count == 1, let amount = amounts.first else {
                throw ValidationError("expects one amount, as -5.00; got: \(amounts.joined(separator: " "))")
            }
            try Credits.validate(amount, "AMOUNT") { $0 != .zero }
            guard !note.isEmpty else { throw ValidationError("--note: say why the balance is adjusted") }
        }

        func run() async throws {
            try await posting.post("adjustments", { "adjusted \($1) by \($0) credits" }) { body in
                body.set("amount", amounts.first)
                body.set("note", note)
            }
        }
    }

    struct Refund: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give back what a run cost, or some of it.",
            discussion: "Under one idempotency key it is given back once: give one where the command may be repeated.")

        @Argument(help: "The run's id, run_…") var run: String
        @Option(help: "Credits, as 0.50. (default: all that is left of the run's cost)") var amount: String?
        @Option(help: "Why, for the books.") var note: String?
        @OptionGroup var posting: PostingOptions

        func validate() throws {
            guard RunID(run) != nil else { throw ValidationError("RUN: expects a run's id, run_ and 32 digits") }
            if let amount { try Credits.validate(amount, "--amount") { $0 > .zero } }
        }

        func run() async throws {
            try await posting.post("refunds", { "refunded \($0) credits to \($1)" }) { body in
                body.set("run", run)
                body.set("amount", amount)
                body.set("note", note)
            }
        }
    }
}
