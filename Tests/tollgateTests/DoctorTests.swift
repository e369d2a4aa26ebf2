import FoundationEssentials
import JSON
import Testing
import Transport

@testable import tollgate

@Suite struct DoctorTests {
    private static let openai = StoreFacts.Model(provider: "openai", name: "gpt")

    private func patient(_ change: (inout Patient) -> Void = { _ in }) -> Patient {
        var configuration = Configuration()
        configuration.gateway.port = 0
        configuration.admin.port = 0
        var patient = Patient(
            configuration: configuration, file: nil, environment: [:], occupant: .nobody, ports: nil,
            store: .success(StoreFacts()), now: 1_795_219_200_000)
        patient.descriptorLimit = 1_000_000
        change(&patient)
        return patient
    }

    private func facts(
        _ keys: [StoreFacts.Key], prices: Set<StoreFacts.Model> = [DoctorTests.openai]
    ) -> Result<StoreFacts, Finding.Reason> {
        let use = StoreFacts.Use(organization: "acme", model: Self.openai)
        return .success(StoreFacts(uses: [use: "acme/a in production"], keys: keys, prices: prices))
    }

    private func key(
        _ id: String, owner: String = "", isActive: Bool = true, isExempt: Bool = false, opens: Bool? = true
    ) -> StoreFacts.Key {
        StoreFacts.Key(
            id: id, owner: owner, provider: "openai", isActive: isActive, isExempt: isExempt, opens: opens)
    }

    @Test func everyCheckHasANameOfItsOwn() {
        let names = [ConfigurationCheck.name] + Diagnosis.checks.map { $0.name }
        #expect(Set(names).count == names.count)
    }

    @Test func aDeployedModelNeedsAKeyAndAPrice() {
        let own = key("key_2", owner: "acme", isActive: false)
        for (keys, keyLevel, priceLevel, mode) in [
            ([key("key_1")], Finding.Level.ok, Finding.Level.ok, Configuration.Mode.selfHosted),
            ([], .error, .ok, .selfHosted),
            // Its own disabled key is not replaced by the platform's.
            ([key("key_1"), own], .error, .ok, .selfHosted),
            ([key("key_1"), own, key("key_3", owner: "acme")], .ok, .ok, .selfHosted),
        ] {
            let patient = patient {
                $0.store = facts(keys)
                $0.configuration.mode = mode
            }
            #expect(ProviderKeysCheck.run(patient).map(\.level) == [keyLevel])
            #expect(PricesCheck.run(patient).map(\.level) == [priceLevel])
        }
        for (keys, mode, level) in [
            ([key("key_1")], Configuration.Mode.selfHosted, Finding.Level.error),
            ([key("key_2", owner: "acme")], .selfHosted, .ok), ([key("key_2", owner: "acme")], .cloud, .error),
            ([key("key_2", owner: "acme", isExempt: true)], .cloud, .ok),
        ] {
            let patient = patient {
                $0.store = facts(keys, prices: [])
                $0.configuration.mode = mode
            }
            #expect(PricesCheck.run(patient).map(\.level) == [level])
        }
    }

    @Test func keysSealedUnderAnotherMasterKeyAreNamed() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(String(repeating: "0f", count: 32), to: "master.key")
        let findings = MasterKeyCheck.run(
            patient {
                $0.configuration.masterKeyFile = file
                $0.store = facts([key("key_1"), key("key_2", opens: false)])
            })
        #expect(findings.map(\.level) == [.error])
        #expect(findings[0].what.contains("key_2"))
        // Where the master key is another than the catalog's, that is what is wrong, with provider keys or without.
        for keys in [[], [key("key_2", opens: false)]] {
            var facts = StoreFacts(keys: keys)
            facts.masterKey = .refused("another")
            let refused = MasterKeyCheck.run(
                patient {
                    $0.configuration.masterKeyFile = file
                    $0.store = .success(facts)
                })
            #expect(refused.map(\.level) == [.error] && refused[0].what == "another")
            #expect(!refused[0].mend.contains("rotate"))
        }
        for (mode, level) in [(0o600, Finding.Level.ok), (0o640, .error)] {
            let file = try folder.write(String(repeating: "0f", count: 32), to: "other.key", mode: mode)
            #expect(MasterKeyCheck.run(patient { $0.configuration.masterKeyFile = file }).map(\.level) == [level])
        }
    }

    @Test(
        arguments: [
            (ProviderProbe.Answer.status(200), nil, Finding.Level.ok), (.status(401), nil, .ok),
            (.status(503), nil, .warning),
            (.status(200), "key_1", .ok), (.status(401), "key_1", .error), (.status(404), "key_1", .ok),
            (.failed(.tls), nil, .error), (.failed(.resolve), nil, .error), (.failed(.firstByteTimeout), nil, .error),
        ] as [(ProviderProbe.Answer, String?, Finding.Level)])
    func whatAProviderAnswers(_ answer: ProviderProbe.Answer, _ keyID: String?, _ level: Finding.Level) {
        let used = patient {
            $0.store = facts([key("key_1")])
            $0.probes = [.init(provider: "openai", url: "https://a/v1", keyID: keyID, answer: answer)]
        }
        #expect(ProvidersCheck.run(used).map(\.level) == [level])
        var unused = used
        unused.store = .success(StoreFacts())
        if case .failed = answer { #expect(ProvidersCheck.run(unused).map(\.level) == [.warning]) }
    }

    @Test func clocksAreComparedWithTheProviders() throws {
        #expect(ProviderProbe.seconds("Sun, 06 Nov 1994 08:49:37 GMT") == 784_111_777)
        #expect(ProviderProbe.seconds("yesterday") == nil)
        let folder = try TemporaryFolder()
        let list = try folder.write(
            #"{"date":"2026-11-21","models":[{"provider":"a","model":"b","input":1,"output":2}]}"#, to: "prices.json")
        for (days, leads, level) in [
            (20_778, [Int64]([]), Finding.Level.ok), (20_777, [], .error), (20_778, [90_000, 500], .ok),
            (20_778, [90_000, -61_000], .error),
        ] {
            let patient = patient {
                $0.configuration.prices = list
                $0.now = Int64(days) * 86_400_000
                $0.probes = leads.map { .init(provider: "a", url: "http://a", clockLead: $0) }
            }
            #expect(ClockCheck.run(patient).map(\.level) == [level], "\(days) \(leads)")
        }
        #expect(PriceListCheck.days(19_700_101) == 0 && PriceListCheck.days(20_000_301) == 11_017)
        for (days, level) in [(20_778 + 90, Finding.Level.ok), (20_778 + 91, .warning)] {
            let patient = patient {
                $0.configuration.prices = list
                $0.now = Int64(days) * 86_400_000
            }
            #expect(PriceListCheck.run(patient).map(\.level) == [level])
        }
    }

    @Test func roomAndLimits() {
        #expect(DiskCheck.finding(free: 1 << 20, reserve: 256 << 20, "x").level == .error)
        #expect(DiskCheck.finding(free: 1 << 30, reserve: 256 << 20, "x").level == .warning)
        #expect(DiskCheck.finding(free: 10 << 30, reserve: 256 << 20, "x").level == .ok)
        #expect(MapCheck.finding("ledger", used: 10 << 20, map: 64 << 20).level == .ok)
        #expect(MapCheck.finding("ledger", used: 55 << 20, map: 64 << 20).level == .warning)
        #expect(MapCheck.finding("ledger", used: 62 << 20, map: 64 << 20).level == .error)
        #expect(DescriptorsCheck.run(patient()).map(\.level) == [.ok])
        #expect(DescriptorsCheck.run(patient { $0.descriptorLimit = 1_024 }).map(\.level) == [.warning])
    }

    @Test func certificatesAreReadable() throws {
        let folder = try TemporaryFolder()
        for (text, level) in [("-----BEGIN CERTIFICATE-----\n", Finding.Level.ok), ("nothing", .error)] {
            let file = try folder.write(text, to: "ca.pem")
            #expect(
                CertificatesCheck.run(patient { $0.configuration.upstream.caFile = file }).map(\.level) == [level])
        }
        let missing = patient { $0.configuration.upstream.caFile = folder.path + "/none" }
        #expect(CertificatesCheck.run(missing).map(\.level) == [.error])
    }

    @Test func kubernetesVariablesAreExplained() {
        let environment = ["TOLLGATE_GATEWAY_PORT": "tcp://10.0.0.1:8080"]
        let faults = #expect(throws: ConfigurationFaults.self) {
            try Configuration.load(file: nil, environment: environment)
        }
        let findings = faults.map { ConfigurationCheck.findings($0, environment: environment) } ?? []
        #expect(findings.map(\.level) == [.error])
        #expect(findings.first?.mend.contains("enableServiceLinks: false") == true)
    }

    @Test func aSecretIsNotTold() {
        var key = key("key_1")
        key.secret = Secret(text: "sk-planted")
        var dumped = ""
        dump(key, to: &dumped)
        #expect(!dumped.contains("planted") && !"\(key) \(String(reflecting: key))".contains("planted"))
    }

    @Test func aDiagnosisIsTextAndJSON() throws {
        let diagnosis = Diagnosis(
            ConfigurationFaults(faults: [.init(origin: .file("a", line: 3), key: "b", reason: "is wrong")]),
            environment: [:])
        #expect(!diagnosis.isHealthy)
        #expect(diagnosis.text.hasPrefix("error    configuration  a:3: b: is wrong\n                        -> "))
        #expect(diagnosis.text.hasSuffix("\n1 errors, 0 warnings\n"))
        let root = try JSONDocument(diagnosis.json).root
        #expect(root.member("healthy")?.bool == false)
        #expect(root.member("findings")?.elements().map { $0.text("what") } == ["a:3: b: is wrong"])
    }
}
