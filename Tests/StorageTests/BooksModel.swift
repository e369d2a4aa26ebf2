import Domain

@testable import Storage

/// The books as a few dictionaries and the rules in words: what the ledger is held against. It shares no rule with the
/// ledger's code.
struct BooksModel {
    struct Lot {
        var expiresAt: Int64
        /// The order in which they were added.
        var number: Int
        var left: Int64
    }

    struct Run {
        var organization: String
        var hold: Int64
        var isExempt: Bool
        /// Nil while it is open.
        var cost: Int64?
        var refunded: Int64 = 0
    }

    struct Account {
        var balance: Int64 = 0
        var held: Int64 = 0
        var overdraft: Int64 = 0
        var holdsEstimates = false
        var lots: [Lot] = []
        /// Sums of what moved the balance, by the name of the entries' kind.
        var moved: [String: Int64] = [:]

        var available: Int64 { balance - held + overdraft }

        mutating func move(_ amount: Int64, _ kind: String) {
            balance += amount
            moved[kind, default: 0] += amount
        }

        /// What ends first is used first.
        mutating func use(_ amount: Int64) {
            var amount = amount
            for index in lots.indices where amount > 0 {
                let used = min(lots[index].left, amount)
                lots[index].left -= used
                amount -= used
            }
            lots.removeAll { $0.left == 0 }
        }

        /// Of what has ended, all goes but what running runs hold.
        mutating func expire(at time: Int64) {
            for index in lots.indices where lots[index].expiresAt <= time {
                let gone = min(lots[index].left, max(0, available))
                lots[index].left -= gone
                move(-gone, "expiry")
            }
            lots.removeAll { $0.left == 0 }
        }

        mutating func topUp(_ amount: Int64, endingAt expiresAt: Int64?, number: Int) {
            move(amount, "top_up")
            // What was owed is paid first.
            let left = min(amount, balance)
            guard let expiresAt, left > 0 else { return }
            lots.append(Lot(expiresAt: expiresAt, number: number, left: left))
            lots.sort { ($0.expiresAt, $0.number) < ($1.expiresAt, $1.number) }
        }
    }

    var accounts: [String: Account] = [:]
    var runs: [UInt64: Run] = [:]

    var openRuns: [UInt64] { runs.filter { $0.value.cost == nil }.map(\.key).sorted() }

    mutating func hold(
        _ number: UInt64, _ organization: String, bound: Int64, estimate: Int64, isExempt: Bool, at time: Int64
    ) -> HoldResult {
        if runs[number] != nil { return .duplicate }
        var account = accounts[organization] ?? Account()
        account.expire(at: time)
        defer { accounts[organization] = account }
        let needed = isExempt ? 0 : account.holdsEstimates ? min(bound, estimate) : bound
        if needed > 0, account.available < needed {
            return .insufficient(
                needed: NanoCredits(needed), held: NanoCredits(account.held), available: NanoCredits(account.available))
        }
        account.held += needed
        runs[number] = Run(organization: organization, hold: needed, isExempt: isExempt)
        return .held(NanoCredits(needed))
    }

    /// - Returns: false where the run has no hold, or an end.
    mutating func settle(_ number: UInt64, cost: Int64, _ kind: String) -> Bool {
        guard let run = runs[number], run.cost == nil, var account = accounts[run.organization] else { return false }
        let charged = run.isExempt ? 0 : cost
        account.held -= run.hold
        account.move(-charged, kind)
        account.use(charged)
        accounts[run.organization] = account
        runs[number]?.cost = charged
        return true
    }

    mutating func topUp(
        _ organization: String, _ amount: Int64, endingAt expiresAt: Int64?, number: Int, at time: Int64
    ) {
        accounts[organization, default: Account()].expire(at: time)
        accounts[organization]?.topUp(amount, endingAt: expiresAt, number: number)
    }

    /// - Returns: what is available where that is not enough.
    mutating func adjust(_ organization: String, _ amount: Int64, at time: Int64) -> Int64? {
        var account = accounts[organization] ?? Account()
        account.expire(at: time)
        defer { accounts[organization] = account }
        if amount < 0, account.available + amount < 0 { return account.available }
        account.move(amount, "adjustment")
        if amount < 0 { account.use(-amount) }
        return nil
    }

    enum Refund: Equatable { case made, unknownRun, aboveCost(left: Int64) }

    mutating func refund(_ number: UInt64, _ organization: String, _ amount: Int64, at time: Int64) -> Refund {
        accounts[organization, default: Account()].expire(at: time)
        guard let run = runs[number], run.organization == organization, let cost = run.cost else { return .unknownRun }
        guard amount <= cost - run.refunded else { return .aboveCost(left: cost - run.refunded) }
        runs[number]?.refunded += amount
        accounts[organization]?.move(amount, "refund")
        return .made
    }
}
