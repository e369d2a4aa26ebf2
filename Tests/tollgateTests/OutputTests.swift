import JSON
import Measures
import Testing

@testable import tollgate

@Suite struct OutputTests {
    @Test func columnsAreAligned() {
        var table = TextTable([.init("name"), .init("runs", .right), .init("note")])
        table.add(["a", "12", "x"])
        table.add(["longer", "7"])
        table.add(["b\nc", "1", ""])
        #expect(table.text == "NAME    RUNS  NOTE\na         12  x\nlonger     7\nb c        1\n")
    }

    /// A page has its families whatever can be read.
    @Test func holdsThatCannotBeReadHaveNoSample() {
        var page = Exposition()
        MetricsPage.write(nil, to: &page)
        let lines = String(decoding: page.bytes, as: UTF8.self).split(separator: "\n")
        #expect(lines.count { $0.hasPrefix("# TYPE tollgate_") && $0.hasSuffix(" gauge") } == 2)
        #expect(lines.allSatisfy { $0.hasPrefix("#") })
    }

    @Test func noRowsLeaveTheHeadings() { #expect(TextTable([.init("a"), .init("b")]).text == "A  B\n") }

    @Test func usageIsSummedIntoATable() throws {
        let report = try JSONDocument(
            #"""
            {"items":[{"day":"2026-11-21","model":"openai/gpt-4.1-mini","runs":3,"failed_runs":1,"estimated_runs":0,"runs_above_hold":2,
            "usage":{"uncached_input":10,"cache_read":5,"cache_write":0,"output":7,"reasoning":2},"cost":"0.0042"}],
            "total":{"runs":3,"failed_runs":1,"estimated_runs":0,"runs_above_hold":2,
            "usage":{"uncached_input":10,"cache_read":5,"cache_write":0,"output":7,"reasoning":2},"cost":"0.0042"}}
            """#
        ).root
        #expect(
            UsageCommand.table(report, [.day, .model]) == """
                DAY         MODEL                RUNS  FAILED  ESTIMATED  ABOVE HOLD  INPUT  OUTPUT  CREDITS
                2026-11-21  openai/gpt-4.1-mini     3       1          0           2     15       9   0.0042
                total                               3       1          0           2     15       9   0.0042
                """)
    }

    @Test(arguments: [
        (
            #"{"clean":true,"entries":5,"organizations":1,"open_runs":0}"#,
            "clean: 5 entries, 1 organizations, 0 open runs"
        ),
        (#"{"clean":false,"sequence":7,"reason":"expected entry 6"}"#, "not clean: entry 7: expected entry 6"),
    ])
    func theBooksAreTold(_ json: String, _ words: String) throws {
        #expect(LedgerCommand.Verify.words(try JSONDocument(json).root) == words)
    }

    @Test(arguments: [
        ("agents", "/api/v1/agents"), ("a/b", "/api/v1/a%2Fb"), ("..", "/api/v1/%2E%2E"),
        ("é #", "/api/v1/%C3%A9%20%23"),
        ("1.2.0", "/api/v1/1.2.0"),
    ])
    func pathsAreSafe(_ part: String, _ path: String) { #expect(AdminPath.make([part]) == path) }

    @Test func queriesLeaveOutWhatIsNil() {
        #expect(AdminPath.make(["a"], query: [("x", "1&2"), ("y", nil), ("z", "3")]) == "/api/v1/a?x=1%262&z=3")
    }

    @Test func refusalsSayWhatTheServerSaid() {
        let problem =
            #"{"type":"t","title":"T","status":400,"code":"invalid_request","detail":"unknown field","pointer":"/x"}"#
        #expect(AdminRefusal(status: 400, Array(problem.utf8)).description == "invalid_request: unknown field: at /x")
        #expect(AdminRefusal(status: 502, Array("<html>".utf8)).description == "the server answered 502")
    }
}
