import Foundation
import NN
import Testing

@Suite struct ScheduleTests {
  @Test func polyFallsFromTheBaseToNothing() {
    let schedule = LearningRateSchedule(base: 0.025, decay: .poly(power: 0.9), total: 100)
    #expect(schedule.rate(at: 0, iteration: 0) == 0.025)
    for time in 0...100 {
      let expected = 0.025 * pow(1 - Double(time) / 100, 0.9)
      #expect(abs(schedule.rate(at: time, iteration: time) - expected) < 1e-15)
    }
    #expect(schedule.rate(at: 100, iteration: 100) == 0)
    #expect(schedule.rate(at: 101, iteration: 101) == 0)
  }

  /// Where the schedule steps per epoch, its time is the epoch, whatever the iteration.
  @Test func perEpochTheRateIsTheSameAllThroughAnEpoch() {
    let schedule = LearningRateSchedule(base: 1, decay: .poly(power: 0.9), total: 10)
    for iteration in 30..<40 {
      #expect(schedule.rate(at: 3, iteration: iteration) == pow(0.7, 0.9))
    }
  }

  @Test func warmUpRisesLinearlyOntoTheSchedule() {
    let plain = LearningRateSchedule(base: 2, decay: .poly(power: 0.9), total: 50)
    let warm = LearningRateSchedule(
      base: 2, decay: .poly(power: 0.9), total: 50, warmupIterations: 4)
    for iteration in 0..<50 {
      let share = iteration < 4 ? Double(iteration + 1) / 5 : 1
      let expected = share * plain.rate(at: iteration, iteration: iteration)
      #expect(abs(warm.rate(at: iteration, iteration: iteration) - expected) < 1e-15)
    }
    #expect(warm.rate(at: 0, iteration: 0) > 0)
  }

  @Test func constantStays() {
    let schedule = LearningRateSchedule(
      base: 0.3, decay: .constant, total: 5, warmupIterations: 1)
    let rates = (0..<5).map { schedule.rate(at: $0, iteration: $0) }
    #expect(rates == [0.15, 0.3, 0.3, 0.3, 0.3])
  }
}
