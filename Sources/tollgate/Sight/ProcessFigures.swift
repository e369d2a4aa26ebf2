import FoundationEssentials
import Glibc
import Measures

/// What the system says of this process (proc(5)), under the names that Prometheus' own clients use.
struct ProcessFigures {
    /// Seconds since 1970.
    var startTime = 0.0
    /// Seconds, user and system.
    var processorTime = 0.0
    /// Bytes: the file-backed part is mostly the stores' maps, which the system takes back at will.
    var resident = 0
    var residentAnonymous = 0
    var threads = 0
    var descriptors = 0
    var maximumDescriptors = 0

    static func now() -> ProcessFigures {
        var figures = ProcessFigures()
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        // The name, in parentheses, may hold anything; what follows is numbers, from field 3 on.
        let stat = text("/proc/self/stat")
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ").dropFirst()
        func field(_ number: Int) -> Double {
            let index = fields.startIndex + number - 3
            return fields.indices.contains(index) ? Double(fields[index]) ?? 0 : 0
        }
        figures.processorTime = (field(14) + field(15)) / ticks
        figures.startTime = bootTime + field(22) / ticks
        figures.threads = Int(field(20))
        for line in text("/proc/self/status").split(separator: "\n") {
            let words = line.split { $0 == ":" || $0 == "\t" || $0 == " " }
            guard words.count > 1, let value = Int(words[1]) else { continue }
            if words[0] == "VmRSS" { figures.resident = value << 10 }
            if words[0] == "RssAnon" { figures.residentAnonymous = value << 10 }
        }
        // The one it is read through is not counted.
        figures.descriptors = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 1) - 1
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            figures.maximumDescriptors = Int(clamping: limit.rlim_cur)
        }
        return figures
    }

    func write(to page: inout Exposition) {
        page.gauge("process_start_time_seconds", "When the process began, since 1970.") {
            $0.add([:], decimal: "\(startTime)")
        }
        page.counter("process_cpu_seconds_total", "Processor time, user and system.") {
            $0.add([:], decimal: "\(processorTime)")
        }
        page.gauge("process_resident_memory_bytes", "Resident memory, the stores' maps included.", resident)
        page.gauge("tollgate_resident_anonymous_bytes", "Resident memory without mapped files.", residentAnonymous)
        page.gauge("tollgate_threads", "Threads of the process.", threads)
        page.gauge("process_open_fds", "Open descriptors.", descriptors)
        page.gauge("process_max_fds", "Descriptors that may be open.", maximumDescriptors)
    }

    /// Seconds since 1970.
    private static let bootTime: Double = {
        let line = text("/proc/stat").split(separator: "\n").first { $0.hasPrefix("btime ") }
        return line.flatMap { Double($0.dropFirst("btime ".count)) } ?? 0
    }()

    private static func text(_ path: String) -> String {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
