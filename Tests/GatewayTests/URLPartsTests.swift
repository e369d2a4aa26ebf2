import Testing

@testable import Gateway

@Suite struct URLPartsTests {
    @Test(arguments: [
        ("https://Host.example/a/b%3A0/c?x=1&y", "https", "Host.example", "host.example", "/a/b%3A0/c", "x=1&y"),
        ("https://host.example:443", "https", "host.example", "host.example", "/", ""),
        ("HTTP://127.0.0.1:8080/v1", "http", "127.0.0.1:8080", "127.0.0.1", "/v1", ""),
        ("http://host:80?q", "http", "host", "host", "/", "q"),
        ("https://[::1]:9/p", "https", "[::1]:9", "[::1]", "/p", ""),
        ("http://[::1]", "http", "[::1]", "[::1]", "/", ""),
        ("nothing", "", "", "", "/", ""),
    ])
    func partsAreAsSent(
        row: (url: String, scheme: String, authority: String, host: String, path: String, query: String)
    ) {
        let parts = URLParts(row.url)
        #expect(parts.scheme == row.scheme && parts.authority == row.authority && parts.host == row.host)
        #expect(parts.path == row.path && parts.query == row.query)
    }
}
