import Domain
import Foundation
import Security
import Storage
import Testing

@testable import Admin

@Suite struct StatementsTests {
    private static let path = CreditsTests.credits + "/statements"

    /// October: a top-up and a run; November: an adjustment, an exempt run, a charged one and one that a crash cut off.
    private static func fill(_ admin: AdminHarness) async throws {
        try await admin.seed()
        let october = try #require(Day("2026-10-31")).start
        let november = try #require(Day("2026-11-02")).start
        func post(_ kind: Posting.Kind, _ amount: String, at time: Int64) async throws {
            _ = try await admin.ledger.post(
                Posting(
                    kind, organization: "acme", amount: try #require(NanoCredits(decimal: amount)),
                    idempotencyKey: "\(time)", actor: "a", note: "", time: time))
        }
        try await post(.topUp, "10", at: october)
        try await CreditsTests.settle(
            CreditsTests.run(1, hold: 2_000_000_000, at: october), cost: 1_500_000_000, in: admin.ledger, at: october)
        try await post(.adjustment, "-0.25", at: november)
        try await CreditsTests.settle(
            CreditsTests.run(2, source: .exempt, at: november), cost: 9_000, in: admin.ledger, at: november)
        try await CreditsTests.settle(
            CreditsTests.run(3, at: november, model: "@cf/<b>\"a\"&'"), cost: 700, in: admin.ledger, at: november + 1)
        _ = try await admin.ledger.hold(CreditsTests.run(4, at: november))
        _ = try await admin.ledger.closeInterrupted(at: november + 86_400_000)
    }

    @Test func aStatementAddsUp() async throws {
        try await AdminHarness.run { admin in
            try await Self.fill(admin)
            let october = try await admin.call(.get, Self.path + "?month=2026-10")
            #expect(october["complete"] == "true" && october["opening"] == "0" && october["closing"] == "8.5")
            #expect(october["changes.charges"] == "-1.5" && october["usage_total.charge"] == "1.5")
            #expect(october["balance"] == nil && october["from"] == "2026-10-01" && october["to"] == "2026-10-31")
            let november = try await admin.call(.get, Self.path)
            #expect(november["month"] == "2026-11" && november["complete"] == "false")
            #expect(november["as_of"] == "2026-11-18T11:06:40.000Z" && november["name"] == "acme")
            #expect(november["opening"] == "8.5" && november["closing"] == "8.249999")
            #expect(november["balance"] == november["closing"])
            #expect(november["changes.adjustments"] == "-0.25" && november["changes.total"] == "-0.250001")
            #expect(november["days.0.closing"] == "8.2499993" && november["days.1.day"] == "2026-11-03")
            #expect(november["usage.0.model"] == #"@cf/<b>"a"&'"# && november["usage.0.charge"] == "0.0000007")
            #expect(november["usage.1.key_source"] == "exempt" && november["usage.1.charge"] == "0")
            #expect(november["usage.1.list_cost"] == "0.000009")
            #expect(november["usage.2.interrupted_runs"] == "1" && november["usage_total.charge"] == "0.000001")
            let before = try await admin.call(.get, Self.path + "?month=1970-01")
            #expect(before["closing"] == "0" && before["complete"] == "true")
        }
    }

    @Test func whatIsNoMonthOrFormatIsRefused() async throws {
        try await AdminHarness.run { admin in
            try await admin.seed()
            for query in ["month=2026", "month=2026-13", "month=2026-12", "month=", "format=pdf", "format="] {
                #expect(try await admin.call(.get, Self.path + "?" + query).status == 400, "\(query)")
            }
            #expect(try await admin.call(.get, "/api/v1/organizations/none/credits/statements").status == 404)
        }
    }

    @Test(
        arguments: [
            ("", .json), ("*/*", .json), ("text/csv", .csv), ("text/html", .html), ("TEXT/HTML ; charset=utf-8", .html),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", .html),
            ("application/json;q=0.5, text/csv;q=0.6", .csv), ("text/csv;q=0, application/json", .json),
            ("image/png", .json), ("text/csv;q=x", .csv), (",;,", .json),
        ] as [(String, StatementFormat)])
    func acceptChooses(_ header: String, _ format: StatementFormat) {
        #expect(StatementFormat.accepted(header) == format)
    }

    @Test func thePageEscapesAllAndLoadsNothing() async throws {
        try await AdminHarness.run { admin in
            try await Self.fill(admin)
            let page = try await admin.call(.get, Self.path + "?format=html")
            #expect(page.headers[.contentType] == "text/html; charset=utf-8")
            let policy = try #require(page.headers[.contentSecurityPolicy])
            #expect(
                policy.hasPrefix("default-src 'none'; style-src 'sha256-") && policy.contains("frame-ancestors 'none'"))
            #expect(page.text.contains("simulated/@cf/&lt;b&gt;&quot;a&quot;&amp;&#39;"))
            for word in ["<b>", "<script", "http:", "https:", "url(", "@import", "<img", "<link"] {
                #expect(!page.text.contains(word), "\(word)")
            }
            // The style that is allowed is the one in the page.
            let style = try #require(page.text.split(separator: "<style>").last?.split(separator: "</style>").first)
            let hash = Data(sha256(String(style)).bytes).base64EncodedString()
            #expect(policy.contains("'sha256-\(hash)'") && page.text.contains("November 2026, so far"))
            #expect(page.text.contains("Balance as of 2026-11-18 11:06:40 UTC"))
        }
    }

    @Test func theSheetHasNoFormulas() async throws {
        try await AdminHarness.run { admin in
            try await Self.fill(admin)
            let sheet = try await admin.call(.get, Self.path, headers: ["Accept": "text/csv"])
            #expect(sheet.headers[.contentType]?.hasPrefix("text/csv") == true)
            #expect(sheet.headers[.contentDisposition] == #"attachment; filename="acme-2026-11.csv""#)
            let lines = sheet.text.components(separatedBy: "\r\n")
            #expect(lines.last == "" && lines.dropLast().allSatisfy { !$0.contains("\n") })
            #expect(lines[0] == StatementSheet.columns.joined(separator: ","))
            #expect(lines[1].hasPrefix("acme,2026-11,opening,2026-11-01,,,8.5,"))
            #expect(lines[2].hasPrefix("acme,2026-11,change,2026-11-02,adjustments,-0.25,8.25,"))
            #expect(lines.contains { $0.contains(#","'@cf/<b>""a""&'","#) })
            #expect(lines.contains { $0.hasPrefix("acme,2026-11,so_far,2026-11-18,,,8.249999,") })
        }
    }

    @Test(arguments: [
        ("plain", "plain"), ("=1+1", "'=1+1"), ("+x", "'+x"), ("-x", "'-x"), ("-1.5", "-1.5"), ("@a", "'@a"),
        ("\tx", "\"'\tx\""), ("＝x", "'＝x"), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("a\r\nb", "\"a\r\nb\""),
        ("", ""), ("-1-1", "'-1-1"), ("a;=b", "\"a;=b\""),
    ])
    func cellsAreSafe(_ cell: String, _ written: String) {
        var text = CSVText(["a", "b"])
        text.add(["b": cell])
        #expect(text.text == "a,b\r\n,\(written)\r\n")
    }
}

extension Day {
    /// Milliseconds since 1970.
    fileprivate var start: Int64 { Int64(sinceEpoch) * Timestamp.millisecondsPerDay }
}
