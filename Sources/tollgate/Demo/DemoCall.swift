/// The call that shows the demo: one line to paste into a shell.
enum DemoCall {
    static func curl(gateway: String, token: String) -> String {
        "curl \(gateway)/v1/chat/completions -H 'Authorization: Bearer \(token)' -H 'Content-Type: application/json' "
            + #"-d '{"messages":[{"role":"user","content":"Hello, I am Ada."}]}'"#
    }
}
