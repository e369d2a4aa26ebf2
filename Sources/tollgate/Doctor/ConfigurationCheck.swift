/// The file and the environment say what can be understood.
enum ConfigurationCheck: Check {
    static let name = "configuration"

    static func run(_ patient: Patient) -> [Finding] {
        let variables = patient.environment.keys.filter {
            $0.hasPrefix(Setting.environmentPrefix) && !EnvironmentName.isNoSetting($0)
        }
        let place = patient.file ?? "no file: defaults"
        return [.ok(variables.isEmpty ? place : "\(place), and \(variables.count) keys from the environment")]
    }

    static func findings(_ faults: ConfigurationFaults, environment: [String: String]) -> [Finding] {
        faults.faults.map { fault in
            guard case .environment(let name) = fault.origin else {
                return .error(fault.description, mend: "`tollgate defaults` prints every key with what it takes")
            }
            if environment[name]?.hasPrefix("tcp://") == true {
                return .error(
                    fault.description,
                    mend: "Kubernetes sets it for a Service of that name: set enableServiceLinks: false in the pod")
            }
            return .error(
                fault.description, mend: "unset or correct the variable; `tollgate defaults` prints every one")
        }
    }
}
