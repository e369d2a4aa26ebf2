import FoundationEssentials
import Glibc
import Testing

@testable import tollgate

@Suite struct ConfigurationTests {
    private static let file = "tollgate.yaml"

    private func load(_ text: String, _ environment: [String: String] = [:]) throws -> Configuration {
        try Configuration.load(text: text, name: Self.file, environment: environment)
    }

    @Test func nothingSaysTheDefaults() throws {
        #expect(try Configuration.load(file: nil, environment: ["PATH": "/bin"]) == Configuration())
    }

    /// The documented file stands in `config/`, two folders above this one.
    @Test func documentedFileIsTheTable() throws {
        let tests = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let data = try #require(FileManager.default.contents(atPath: "/" + tests + "/config/tollgate.yaml"))
        let text = String(decoding: data, as: UTF8.self)
        #expect(text == Setting.documentedFile, "run `tollgate defaults > config/tollgate.yaml`")
        #expect(try load(text) == Configuration())
        for setting in Setting.all {
            let key = setting.parts.last ?? ""
            #expect(text.contains(key + ":"), "\(setting.path) is missing")
            let name = setting.environmentName.split(separator: "*").last ?? ""
            #expect(text.contains(name + "]"), "\(setting.path) has no variable")
        }
    }

    @Test func aProvidersHabitsAreThoseOfOneThatIsBuiltIn() throws {
        let configuration = try load("providers:\n  mine: {dialect: azure}\n")
        #expect(configuration.gatewaySettings(loops: 1, simulatorPort: nil).providerDialects == ["mine": "azure"])
        for (text, environment) in [
            ("providers:\n  mine: {dialect: azzure}\n", [:]),
            ("", ["TOLLGATE_PROVIDERS_MINE_DIALECT": "azzure"]),
        ] {
            let faults = #expect(throws: ConfigurationFaults.self) { try load(text, environment) }
            #expect(faults?.faults.first?.reason.hasPrefix("expects one of openai, azure, ") == true)
        }
    }

    @Test(arguments: [
        (EADDRINUSE, "admin.port 8081: in use; set TOLLGATE_ADMIN_PORT, or 0 for a free one"),
        (EACCES, "admin.port 8081: not for this user to take; set TOLLGATE_ADMIN_PORT"),
        (EADDRNOTAVAIL, "admin.host 192.0.2.1: no address of this machine; set TOLLGATE_ADMIN_HOST"),
        (EPIPE, nil),
    ])
    func aPortThatCannotBeTakenIsNamed(_ code: CInt, _ text: String?) {
        let port = ListeningPort(section: "admin", host: "192.0.2.1", number: 8081)
        #expect(port.refusal(code)?.description == text)
    }

    @Test func everyDefaultIsAValueOfItsKey() {
        for setting in Setting.all {
            guard let fallback = setting.fallback else { continue }
            var configuration = Configuration()
            #expect(setting.apply(fallback == "\"\"" ? "" : fallback, "x", &configuration), "\(setting.path)")
            #expect(configuration == Configuration(), "\(setting.path)")
        }
        #expect(Set(Setting.all.map(\.path)).count == Setting.all.count)
    }

    @Test func valuesComeThrough() throws {
        let configuration = try load(
            """
            mode: cloud
            data: /var/lib/tollgate
            gateway: {host: "::", port: 0, loops: 4, maximum_body_bytes: 512 KiB}
            ledger:
              durability: relaxed
              map_bytes: 1TiB
            providers:
              my-vllm: {base_url: "http://10.0.0.1:8000/v1/", dialect: vllm}
            simulator: {enabled: true, faults: "429:0.1,reset:0.05"}
            log: {level: debug, format: json}
            master_key_file: '/run/secrets/key'
            """)
        var wanted = Configuration()
        wanted.mode = .cloud
        wanted.data = "/var/lib/tollgate"
        wanted.gateway.host = "::"
        wanted.gateway.port = 0
        wanted.gateway.loops = 4
        wanted.gateway.maximumBodyBytes = 524_288
        wanted.ledger.durability = .relaxed
        wanted.ledger.mapBytes = 1 << 40
        wanted.providers["my-vllm"] = .init(baseURL: "http://10.0.0.1:8000/v1", dialect: "vllm")
        wanted.simulator.isEnabled = true
        wanted.simulator.faults = "429:0.1,reset:0.05"
        wanted.log = .init(level: .debug, format: .json)
        wanted.masterKeyFile = "/run/secrets/key"
        #expect(configuration == wanted)
    }

    @Test func environmentWinsOverTheFile() throws {
        let configuration = try load(
            "gateway: {port: 1}\nproviders: {openai: {base_url: http://a}}",
            [
                "TOLLGATE_GATEWAY_PORT": "2", "TOLLGATE_PROVIDERS_OPENAI_BASE_URL": "https://b/v1",
                "TOLLGATE_PROVIDERS_MY_VLLM_BASE_URL": "http://c", "TOLLGATE_MASTER_KEY_FILE": "/k",
                "TOLLGATE_ADMIN_PORT": "", "TOLLGATE_ADMIN_TOKEN": "secret", "TOLLGATE_PORT": "tcp://10.0.0.1:80",
                "TOLLGATE_SERVICE_HOST": "10.0.0.1", "TOLLGATE_PORT_8080_TCP": "tcp://10.0.0.1:8080",
            ])
        #expect(configuration.gateway.port == 2)
        #expect(configuration.providers["openai"]?.baseURL == "https://b/v1")
        #expect(configuration.providers["my-vllm"]?.baseURL == "http://c")
        #expect(configuration.masterKeyFile == "/k")
        #expect(configuration.admin.port == 8081)
    }

    @Test(arguments: [
        ("gateway:\n  prot: 1", ["tollgate.yaml:2: gateway.prot: there is no such key"]),
        ("gatway:\n  port: 1", ["tollgate.yaml:1: gatway: there is no such key"]),
        ("\n\ngateway:\n  port: 70000", ["tollgate.yaml:4: gateway.port: expects an integer from 0 to 65535"]),
        ("gateway: {port: }", ["tollgate.yaml:1: gateway.port: expects an integer from 0 to 65535"]),
        ("gateway:\n  port: [1]", ["tollgate.yaml:2: gateway.port: expects an integer from 0 to 65535"]),
        ("gateway:\n  port: {a: 1}", ["tollgate.yaml:2: gateway.port: expects an integer from 0 to 65535"]),
        ("gateway: 8080", ["tollgate.yaml:1: gateway: is a section: keys go below it"]),
        ("mode: both", ["tollgate.yaml:1: mode: expects one of self_hosted, cloud"]),
        (
            "ledger:\n  map_bytes: 1MB",
            ["tollgate.yaml:2: ledger.map_bytes: expects a size from 64MiB to 64TiB, like 64MiB"]
        ),
        ("simulator: {enabled: yes}", ["tollgate.yaml:1: simulator.enabled: expects true or false"]),
        (
            "providers:\n  openai:\n    base_url: https://user:secret@host/v1",
            [
                "tollgate.yaml:3: providers.openai.base_url: expects a URL like https://host/path, "
                    + "without user name, query or fragment"
            ]
        ),
        (
            "providers:\n  Open_AI:\n    base_url: https://host",
            ["tollgate.yaml:2: providers.Open_AI: there is no such key"]
        ),
        ("providers:\n  openai:\n    key: sk-1", ["tollgate.yaml:3: providers.openai.key: there is no such key"]),
        ("a: 1\na: 2", ["tollgate.yaml:1: a: stands twice in its section, which begins here"]),
        ("gateway:\n\tport: 1", ["tollgate.yaml:2: not YAML: found character that cannot start any token"]),
        ("- a", ["tollgate.yaml:1: expects keys with values"]),
        ("gateway: {port: 9}\nadmin: {port: 9}", ["tollgate.yaml: admin.port: is the same as gateway.port"]),
        (
            "data: x\nmode: x\ngateway:\n  host: ''\n  x: 1\nlog:\n  level: loud",
            [
                "tollgate.yaml:2: mode: expects one of self_hosted, cloud",
                "tollgate.yaml:4: gateway.host: expects a host name or an address",
                "tollgate.yaml:5: gateway.x: there is no such key",
                "tollgate.yaml:7: log.level: expects one of trace, debug, info, notice, warning, error, critical",
            ]
        ),
    ])
    func badFilesAreRefused(_ text: String, _ lines: [String]) {
        let faults = #expect(throws: ConfigurationFaults.self) { try load(text) }
        #expect(faults?.faults.map(\.description) == lines)
    }

    @Test(arguments: [
        ("TOLLGATE_GATEWAY_PRT", "1", "there is no such key"),
        ("TOLLGATE_GATEWAY_PORT", "tcp://10.0.0.1:80", "expects an integer from 0 to 65535"),
        ("TOLLGATE_LEDGER_DURABILITY", "Strict", "expects one of strict, relaxed"),
        ("TOLLGATE_PROVIDERS_BASE_URL", "http://a", "there is no such key"),
        ("TOLLGATE_PROVIDERS__BASE_URL", "http://a", "there is no such key"),
        ("TOLLGATE_MODE", "Cloud", "expects one of self_hosted, cloud"),
    ])
    func badVariablesAreRefused(_ name: String, _ text: String, _ reason: String) {
        let faults = #expect(throws: ConfigurationFaults.self) { try load("", [name: text]) }
        #expect(faults?.faults.map(\.description) == ["\(name): \(reason)"])
    }

    @Test func allFaultsComeAtOnceFileFirst() {
        let faults = #expect(throws: ConfigurationFaults.self) {
            try load("x: 1", ["TOLLGATE_B": "1", "TOLLGATE_A": "1"])
        }
        #expect(
            faults?.description == """
                tollgate.yaml:1: x: there is no such key
                TOLLGATE_A: there is no such key
                TOLLGATE_B: there is no such key
                """)
    }

    @Test func missingFileIsNamed() {
        let faults = #expect(throws: ConfigurationFaults.self) {
            try Configuration.load(file: "/nowhere/tollgate.yaml", environment: [:])
        }
        #expect(faults?.description == "/nowhere/tollgate.yaml: cannot be read")
    }

    @Test(arguments: [
        ("0", 0), ("17", 17), ("1KiB", 1024), ("64MiB", 64 << 20), ("256GiB", 256 << 30), ("2 TiB", 2 << 40),
    ])
    func sizesAreRead(_ text: String, _ bytes: Int) { #expect(ByteSize.bytes(text) == bytes) }

    @Test(arguments: ["", "MiB", "1MB", "1.5GiB", "99999999TiB", "x", "1 K"])
    func otherSizesAreNot(_ text: String) { #expect(ByteSize.bytes(text) == nil) }

    @Test(arguments: [(1023, "1023"), (1024, "1KiB"), (1 << 30, "1GiB"), (3 << 40, "3TiB"), (1025, "1025")])
    func sizesAreWritten(_ bytes: Int, _ text: String) { #expect(ByteSize.text(bytes) == text) }
}
