import Admin
import Domain
import JSON
import Measures
import Testing

@testable import tollgate

@Suite struct ReconciliationTextTests {
    private static func outcome(
        standing: String, measures: String = #""input_tokens","requests""#, cost: String = "null"
    ) throws -> JSONValue {
        func row(_ place: String) -> String {
            let amounts = { (input: Int, cost: String) in
                #"{"cost":\#(cost),"input_tokens":\#(input),"cached_input_tokens":0,"cache_write_tokens":null,"output_tokens":3,"requests":2,"tool_calls":0}"#
            }
            return
                #"{\#(place)"standing":"\#(standing)","outside":[],"capture_rate":"0.5","runs":2,"failed_runs":0,"estimated_runs":1,"interrupted_runs":0,"recorded":\#(amounts(5, #""1.5""#)),"billed":\#(amounts(10, cost)),"difference":\#(amounts(-5, cost))}"#
        }
        let first = row(#""day":"2026-11-01","model":"a \"b\", c","key":null,"billed_as":[],"#)
        let text =
            #"{"by":["day","model"],"measures":[\#(measures)],"tolerance":{"percent":"0.5","credits":"0.01","tokens":0},"more_pages":\#(standing != "within"),"within_tolerance":\#(standing == "within"),"rows_outside":1,"total":\#(row("")),"rows":[\#(first)]}"#
        return try JSONDocument(text).root
    }

    @Test func aTableShowsWhatTheBillHas() throws {
        let text = ReconciliationText.table(try Self.outcome(standing: "within"))
        #expect(
            text == """
                DAY         MODEL     RUNS  ESTIMATED  INTERRUPTED  INPUT RECORDED  INPUT BILLED  INPUT DIFFERENCE  CAPTURE  STANDING
                2026-11-01  a "b", c     2          1            0               5            10                -5      0.5  within
                total                    2          1            0               5            10                -5      0.5  within

                within the tolerance of 0.5%, 0.01 credits or 0 tokens

                """)
    }

    @Test func aTableSaysWhatIsOutside() throws {
        let text = ReconciliationText.table(
            try Self.outcome(standing: "unrecorded", measures: #""cost""#, cost: #""2""#))
        #expect(text.contains("COST RECORDED  COST BILLED") && !text.contains("INPUT"))
        #expect(text.contains("1 of 1 rows, and the total\nthe file says that there are more pages"))
    }

    @Test func spreadsheetsGetEverything() throws {
        let lines = ReconciliationText.csv(try Self.outcome(standing: "differs")).split(separator: "\r\n")
        #expect(lines.count == 2)
        #expect(
            lines[0].hasPrefix("day,model,key,standing,capture_rate,runs,failed_runs,estimated_runs,interrupted_runs,"))
        #expect(lines[0].hasSuffix("recorded_tool_calls,billed_tool_calls,difference_tool_calls"))
        #expect(lines[1].hasPrefix(#"2026-11-01,"a ""b"", c",,differs,0.5,2,0,1,0,1.5,,,5,10,-5,0,0,0,,,,"#))
    }

    @Test func metricsHaveABoundedSetOfProviders() {
        func outcome(_ provider: String?, _ rate: Int64?, at time: Int64) -> ReconciliationRecord {
            ReconciliationRecord(
                provider: provider, from: Day(sinceEpoch: 1), to: Day(sinceEpoch: 2), isWithinTolerance: rate == nil,
                captureRate: rate, difference: rate.map { NanoCredits($0) },
                made: Origin(at: Timestamp(milliseconds: time), by: "a"))
        }
        var page = Exposition()
        ReconciliationFigures([
            outcome("openai", 999_000_000, at: 5_000), outcome("mine", 1, at: 7_000), outcome("theirs", 2, at: 6_000),
            outcome(nil, nil, at: 1_000),
        ]).write(to: &page)
        let lines = String(decoding: page.bytes, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            lines == [
                #"tollgate_reconciliation_capture_ratio{provider="openai"} 0.999"#,
                #"tollgate_reconciliation_capture_ratio{provider="other"} 0.000000001"#,
                #"tollgate_reconciliation_difference_credits{provider="openai"} 0.999"#,
                #"tollgate_reconciliation_difference_credits{provider="other"} 0.000000001"#,
                #"tollgate_reconciliation_within_tolerance{provider="all"} 1"#,
                #"tollgate_reconciliation_within_tolerance{provider="openai"} 0"#,
                #"tollgate_reconciliation_within_tolerance{provider="other"} 0"#,
                #"tollgate_reconciliation_timestamp_seconds{provider="all"} 1"#,
                #"tollgate_reconciliation_timestamp_seconds{provider="openai"} 5"#,
                #"tollgate_reconciliation_timestamp_seconds{provider="other"} 7"#,
                #"tollgate_reconciliation_last_day_timestamp_seconds{provider="all"} 172800"#,
                #"tollgate_reconciliation_last_day_timestamp_seconds{provider="openai"} 172800"#,
                #"tollgate_reconciliation_last_day_timestamp_seconds{provider="other"} 172800"#,
            ])
    }
}
