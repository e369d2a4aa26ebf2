// A data race, planted for `scripts/check`: two threads add to a number that nothing guards.
import Glibc

final class Counter {
    var value = 0
}

@main struct Race {
    // The race is the point.
    nonisolated(unsafe) static let counter = Counter()

    static func main() {
        var threads = [pthread_t(), pthread_t()]
        for index in threads.indices {
            pthread_create(
                &threads[index], nil,
                { _ in
                    for _ in 0..<1_000 { Race.counter.value += 1 }
                    return nil
                }, nil)
        }
        for thread in threads { pthread_join(thread, nil) }
        print(counter.value)
    }
}
