import Admin
import ArgumentParser
import Domain
import JSON

extension PriceCommand {
    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set a price, for everybody or for one organization.",
            discussion: """
                Prices are decimals of credits (1 credit is 1 USD) with at most nine places for a million tokens, and \
                fifteen for one image, tool call or request. What is left out costs what the next more general kind \
                costs: an hour's cache write what a cache write costs, cache and sound what input costs, reasoning and \
                sound what output costs. Runs that have begun are settled at the price in force then.

                  tollgate price set openai gpt-4.1 --input 2 --cache-read 0.5 --output 8
                  tollgate price set gemini gemini-2.5-pro --input 1.25 --output 10 --tier 200000:input=2.5,output=15
                  tollgate price set openai gpt-4.1 --organization acme --multiplier 1.2
                """)

        @OptionGroup var model: PricedModelArguments
        @Option(help: "A million tokens of input.") var input: String?
        @Option(help: "A million tokens of output.") var output: String?
        @Option(help: "A million tokens read from the cache.") var cacheRead: String?
        @Option(help: "A million tokens written to the cache.") var cacheWrite: String?
        @Option(name: .customLong("cache-write-1h"), help: "A million tokens written to the cache for an hour.")
        var cacheWriteHour: String?
        @Option(help: "A million tokens of sound put in.") var audioInput: String?
        @Option(help: "A million tokens of reasoning.") var reasoning: String?
        @Option(help: "A million tokens of sound put out.") var audioOutput: String?
        @Option(help: "One image made.") var image: String?
        @Option(help: "One call of a tool that the provider runs.") var toolCall: String?
        @Option(help: "One request, beside its tokens.") var request: String?
        @Option(
            help: ArgumentHelp(
                "Prices of a whole run whose prompt has more tokens: 200000:input=2.5,output=15. May be repeated.",
                valueName: "tier"))
        var tier: [String] = []
        @Flag(help: "It costs nothing.") var free = false
        @Option(help: "The base price times this, for an organization: 1.2.") var multiplier: String?
        @Option(help: "The most tokens the model writes. (default: as known)") var maxOutput: Int?
        @Option(help: "Whose price. (default: everybody's, the base price)") var organization: String?
        @OptionGroup var admin: AdminOptions

        func validate() throws { _ = try body() }

        func run() async throws {
            let body = try body()
            try await admin.withServer { server in
                try admin.output.show(try await server.post(AdminPath.make(["prices"]), body), PriceTable.text)
            }
        }

        private var rates: [(Usage.Counter, option: String, String?)] {
            [
                (.uncachedInput, "--input", input), (.cacheRead, "--cache-read", cacheRead),
                (.cacheWrite, "--cache-write", cacheWrite), (.cacheWriteHour, "--cache-write-1h", cacheWriteHour),
                (.audioInput, "--audio-input", audioInput), (.output, "--output", output),
                (.reasoning, "--reasoning", reasoning), (.audioOutput, "--audio-output", audioOutput),
                (.images, "--image", image), (.toolCalls, "--tool-call", toolCall),
            ]
        }

        private func body() throws(ValidationError) -> JSONBody {
            var body = model.body(organization: organization)
            let isPriced = rates.contains { $0.2 != nil } || request != nil || !tier.isEmpty
            guard [isPriced, free, multiplier != nil].count(where: \.self) == 1 else {
                throw ValidationError("give prices (--input and --output at least), or --free, or --multiplier")
            }
            body.set(flag: "free", free)
            if let multiplier {
                guard organization != nil else { throw ValidationError("--multiplier: needs --organization") }
                body.set("multiplier_ppm", Int(try Self.number("--multiplier", multiplier, places: 6)))
            }
            guard !isPriced || (input != nil && output != nil) else {
                throw ValidationError("--input and --output are both needed")
            }
            for (counter, option, text) in rates {
                guard let text else { continue }
                body.set(counter.priceName, Int(try Self.rate(option, text, counter)))
            }
            if let request { body.set("request", Int(try Self.number("--request", request, places: 15))) }
            if !tier.isEmpty { body.set("tiers", json: try tiers()) }
            body.set("max_output_tokens", maxOutput)
            return body
        }

        private func tiers() throws(ValidationError) -> [UInt8] {
            var writer = JSONWriter()
            writer.beginArray()
            for text in tier {
                guard let colon = text.firstIndex(of: ":"), let above = Int(text[..<colon]) else {
                    throw ValidationError("--tier: expects 200000:input=2.5,output=15")
                }
                writer.beginObject()
                writer.key("above")
                writer.int(above)
                for part in text[text.index(after: colon)...].split(separator: ",") {
                    let words = part.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
                    guard words.count == 2,
                        let counter = Usage.Counter.allCases.first(where: { $0.priceName == words[0] })
                    else { throw ValidationError("--tier: expects names and prices, as input=2.5: \(part)") }
                    writer.key(counter.priceName)
                    writer.int(try Self.rate("--tier", words[1], counter))
                }
                writer.endObject()
            }
            writer.endArray()
            return writer.bytes
        }

        private static func rate(
            _ option: String, _ text: String, _ counter: Usage.Counter
        ) throws(ValidationError) -> Int64 {
            // Nano-credits are nine places, a million units six more.
            try number(option, text, places: counter.isOfTokens ? 9 : 15)
        }

        private static func number(_ option: String, _ text: String, places: Int) throws(ValidationError) -> Int64 {
            guard let decimal = ExactDecimal(text), !decimal.isNegative, decimal.isWhole(scaledBy: places),
                let value = decimal.scaled(by: places)
            else { throw ValidationError("\(option): expects a decimal with at most \(places) places: \(text)") }
            return value
        }
    }
}
