import Domain
import Testing

@testable import Storage

@Suite struct RecordTests {
    private let token = TokenRecord(
        id: "tok_1", organization: "acme", agent: "support", environment: "production", schema: 3, state: .suspended,
        expiresAt: 17, mayReadPrompt: true, createdAt: 5, createdBy: "ann", note: "für ölige Äpfel")
    private let deployment = DeploymentRecord(
        state: .paused, revision: 1 << 40, versionNumber: 7, versionHash: digest(9), changedAt: -3, changedBy: "bob")
    private let key = ProviderKeyRecord(
        id: "key_1", owner: "", provider: "openai", isExempt: true, sealed: [1, 2, 3], createdAt: 1, createdBy: "ann",
        rotatedAt: 2, name: "main")
    private let price = PriceRecord(
        model: PricedModel(organization: "acme", provider: "openai", model: "a/b"),
        entry: PriceEntry(
            version: 1 << 40, effectiveFrom: 5,
            terms: .price(
                Price(
                    .init(input: 1, cacheRead: 0, output: 4, images: 5),
                    tiers: [
                        .init(above: 200_000, rates: .init(input: 2, output: 8, reasoning: 9)),
                        .init(above: 300_000, rates: .init(input: 3, cacheWriteHour: 7, output: 8, toolCalls: 0)),
                    ], request: 6), maximumOutputTokens: nil),
            source: .list(date: 20_261_121), setAt: 7, setBy: "start"))

    @Test func recordsReadBack() throws {
        #expect(try TokenRecord(token.encoded.span.bytes) == token)
        #expect(try DeploymentRecord(deployment.encoded.span.bytes) == deployment)
        #expect(try ProviderKeyRecord(key.encoded.span.bytes) == key)
        var price = price
        #expect(try PriceRecord(price.encoded.span.bytes) == price)
        for (terms, source) in [
            (.multiplier(partsPerMillion: 1_200_000), .set), (.withdrawn, .imported(format: "litellm")),
            (.price(.free, maximumOutputTokens: 9), .set),
        ] as [(PriceEntry.Terms, PriceEntry.Source)] {
            price.entry.terms = terms
            price.entry.source = source
            #expect(try PriceRecord(price.encoded.span.bytes) == price)
        }
    }

    @Test func entriesReadBackAsTheyWereWritten() throws {
        var ended = run(1)
        ended.end = RunEnd(
            outcome: .failed, errorCode: "provider_error",
            attempts: [
                RunAttempt(
                    usage: MeteredUsage(
                        Usage(
                            uncachedInput: 1, cacheRead: 2, cacheWrite: 3, cacheWriteHour: 4, audioInput: 5, output: 6,
                            reasoning: 7, audioOutput: 8, images: 9, toolCalls: 10), isEstimated: true),
                    cost: NanoCredits(6), listCost: NanoCredits(5), providerStatus: 500, providerRequestID: "r",
                    reportedModel: "m"),
                RunAttempt(usage: MeteredUsage(Usage(), isEstimated: false), cost: .zero),
            ], clientLeft: true, endedAt: 7)
        ended.end?.outputIsValid = false
        ended.end?.exceededHold = true
        ended.holdSequence = 3
        let posting = Posting(
            .refund(run(1).id), organization: "acme", amount: NanoCredits(4), idempotencyKey: "k", actor: "ann",
            note: "n", time: 9, expiresAt: 10)
        let terms = CreditTerms(overdraft: NanoCredits(5), holds: .estimate)
        let details: [(LedgerEntry.Kind, LedgerEntry.Detail)] = [
            (.hold, .run(run(1))), (.settle, .run(ended)), (.interrupted, .run(ended)),
            (.refund, .posting(PostingDetail(posting))), (.expiry, .posting(PostingDetail(expiryOf: 4))),
            (.terms, .terms(terms, actor: "ann")),
        ]
        for (kind, detail) in details {
            var entry = LedgerEntry(
                kind, time: 5, organization: "acme", balanceChange: NanoCredits(-3), heldChange: NanoCredits(2), detail)
            entry.sequence = 8
            entry.previous = digest(7)
            if case .run(var run) = entry.detail {
                if run.end == nil { run.holdSequence = 8 } else { run.endSequence = 8 }
                entry.detail = .run(run)
            }
            let bytes = entry.encoded
            #expect(try LedgerEntry(bytes.span.bytes) == entry)
            for count in 0..<bytes.count {
                #expect(throws: StorageError.self) { try LedgerEntry(Array(bytes.prefix(count)).span.bytes) }
            }
            #expect(throws: StorageError.self) { try LedgerEntry((bytes + [0]).span.bytes) }
        }
    }

    /// What its end takes from a hold without decoding it is what the hold says, and a damaged one is corrupt.
    @Test func aHoldIsReadAsFarAsItsEndNeeds() throws {
        var entry = LedgerEntry(.hold, time: 5, organization: "acme", heldChange: NanoCredits(10), .run(run(1)))
        entry.sequence = 8
        let bytes = entry.encoded
        let held = try HeldRun(bytes.span.bytes, of: run(1).id, at: 8)
        #expect(held.organization == "acme" && held.hold == run(1).hold && held.keySource == run(1).keySource)
        var kept = RecordWriter(partReserving: 1)
        var dimensions = RecordWriter(partReserving: 1)
        run(1).encode(into: &kept)
        run(1).encodeDimensions(into: &dimensions)
        #expect(Array(bytes[held.kept]) == kept.bytes && Array(bytes[held.dimensions]) == dimensions.bytes)
        for count in 0..<bytes.count {
            let cut = Array(bytes.prefix(count))
            #expect(throws: StorageError.self) { try HeldRun(cut.span.bytes, of: run(1).id, at: 8) }
        }
        #expect(throws: StorageError.self) { try HeldRun((bytes + [0]).span.bytes, of: run(1).id, at: 8) }
        #expect(throws: StorageError.self) { try HeldRun(bytes.span.bytes, of: run(2).id, at: 8) }
        #expect(throws: StorageError.self) { try HeldRun(bytes.span.bytes, of: run(1).id, at: 9) }
    }

    /// A record cut anywhere is corrupt, never a crash or a wrong value.
    @Test func recordsCutShortAreCorrupt() throws {
        let bytes = token.encoded
        for count in 0..<bytes.count {
            let error = #expect(throws: StorageError.self) { try TokenRecord(Array(bytes.prefix(count)).span.bytes) }
            #expect(error?.kind == .corrupt)
        }
        let priced = price.encoded
        for count in 0..<priced.count {
            #expect(throws: StorageError.self) { try PriceRecord(Array(priced.prefix(count)).span.bytes) }
        }
    }

    @Test func anotherLayoutIsCorrupt() {
        var bytes = token.encoded
        bytes[0] = 99
        #expect(throws: StorageError.self) { try TokenRecord(bytes.span.bytes) }
    }

    /// Flags are eight bytes a character, so that bytes and characters cannot be taken for each other.
    @Test(arguments: ["ä", "🇩🇪", "x🇫🇷", "€"]) func textsTooLongAreCutAtACodePoint(_ text: String) throws {
        var long = token
        long.note = String(repeating: text, count: 70_000)
        let read = try TokenRecord(long.encoded.span.bytes)
        #expect(read.note.utf8.count > Int(UInt16.max) - 4)
        #expect(!read.note.unicodeScalars.contains("\u{FFFD}"))
        #expect(read.note.utf8.count <= Int(UInt16.max))
        #expect(long.note.utf8.starts(with: read.note.utf8))
    }
}

func digest(_ byte: UInt8) -> Digest {
    guard let digest = [UInt8](repeating: byte, count: 32).withUnsafeBytes({ Digest($0) }) else {
        preconditionFailure("32 bytes are a digest")
    }
    return digest
}

func run(
    _ number: UInt64, organization: String = "acme", hold: Int64 = 10, costsCredits: Bool = true
) -> RunRecord {
    RunRecord(
        id: RunID(high: 0, low: number), organization: organization, agent: "support", environment: "production",
        schema: 1, tokenID: "tok_1", versionNumber: 1, versionHash: digest(1), revision: 1, provider: "simulated",
        model: "sim-1", keyID: "key_1", keySource: costsCredits ? .platform : .exempt, priceVersion: 7,
        hold: NanoCredits(hold), estimatedInput: 3, interruptedCharge: NanoCredits(2), startedAt: 1_000)
}
