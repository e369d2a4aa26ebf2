import FoundationEssentials
import Security

extension StatementPage {
    /// All that the page may do: be styled by this very style.
    static let policy: String = {
        let hash = Data(sha256(style).bytes).base64EncodedString()
        return "default-src 'none'; style-src 'sha256-\(hash)'; base-uri 'none'; form-action 'none'"
    }()

    static let style = """

        @page { size: A4; margin: 18mm 16mm; }
        body { font: 10pt/1.45 "Helvetica Neue", Helvetica, Arial, sans-serif; color: #111; max-width: 58em;
          margin: 2.5em auto; padding: 0 1.5em; }
        header { border-bottom: 2px solid #111; padding-bottom: 1em; margin-bottom: 1.6em; }
        h1 { font-size: 19pt; font-weight: 600; margin: 0; }
        .month { font-size: 13pt; margin: .1em 0 1em; }
        h2 { font-size: 12pt; font-weight: 600; margin: 2em 0 .5em; break-after: avoid; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .15em 1.5em; margin: 0; }
        dt { color: #555; }
        dd { margin: 0; overflow-wrap: anywhere; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        thead { display: table-header-group; }
        tfoot { display: table-row-group; }
        tr { break-inside: avoid; }
        th { font-weight: 600; text-align: left; vertical-align: bottom; border-bottom: 1px solid #111; }
        th, td { padding: .28em .7em .28em 0; vertical-align: top; overflow-wrap: break-word; }
        th:last-child, td:last-child { padding-right: 0; }
        td { border-bottom: 1px solid #ddd; }
        .number { text-align: right; }
        td.number { white-space: nowrap; }
        tfoot td { font-weight: 600; border-top: 1px solid #111; border-bottom: 3px double #111; }
        .summary { width: auto; min-width: 26em; }
        .days, .runs { font-size: 9pt; }
        .runs td:nth-child(3) { overflow-wrap: anywhere; min-width: 9em; }
        footer { margin-top: 2.5em; color: #444; font-size: 8.5pt; }
        footer p { margin: .3em 0; }
        @media print { body { max-width: none; margin: 0; padding: 0; } }

        """
}
