package dev.sluice.controller.compare;

import dev.sluice.crds.ObjectRef;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One comparison of a canary that is followed: its course, and, while what was counted must be
/// counted anew, a second one that is built from the beginning. Thread-safe: ticks and looks back
/// run beside each other.
final class Follower {
  /// A source that has nothing of the first minute may have forgotten it.
  static final Duration LATE = Duration.ofMinutes(1);

  /// At most a part of the time goes into counting anew: where callers turn out to be others again
  /// and again, something is strange.
  private static final int SHARE_OF_RECOUNTS = 8;

  private static final int MOST_RECOUNTS_IN_A_ROW = 3;

  /// One question without an answer is no outage.
  private static final int SILENT_TICKS = 2;

  final ObjectRef canary;
  private Following what;
  private @Nullable Course live;
  private @Nullable Course built;
  private @Nullable Compared latest;
  private boolean beginningKnown;
  private int recountsInARow;
  private int silent;
  private Instant recountNotBefore = Instant.MIN;
  private Instant lookBackNotBefore = Instant.MIN;
  private Instant aloneUntil = Instant.MIN;

  Follower(ObjectRef canary, Following what) {
    this.canary = canary;
    this.what = what;
    built = new Course(what);
  }

  synchronized Following what() {
    return what;
  }

  /// The same, asked with other credentials.
  synchronized void what(Following now) {
    what = now;
  }

  synchronized Optional<Compared> latest() {
    return Optional.ofNullable(latest);
  }

  /// Up to when samples were taken of what goes on; empty while nothing does, or nothing that comes
  /// can change the verdict.
  synchronized Optional<Instant> live() {
    return Optional.ofNullable(live).filter(course -> !course.decided()).map(Course::taken);
  }

  /// Up to when samples were taken of what is built; the end of time where no more are needed.
  synchronized Optional<Instant> built() {
    return Optional.ofNullable(built).map(c -> c.decided() ? Instant.MAX : c.taken());
  }

  /// Before then it is not asked for what lies further back.
  synchronized Instant lookBackNotBefore() {
    return lookBackNotBefore;
  }

  /// Whether it is asked for by itself, since a question about it had no answer lately.
  synchronized boolean alone(Instant now) {
    return now.isBefore(aloneUntil);
  }

  synchronized void aloneUntil(Instant time) {
    aloneUntil = time;
  }

  /// @return whether it must be counted anew
  synchronized boolean takeLive(Scraped scraped, Instant to) {
    var course = live;
    if (course == null) {
      return false;
    }
    course.take(scraped, to);
    silent = 0;
    if (!beginningKnown && isLate(course)) {
      // Nothing was there so far; whether it is new must be known before it counts.
      built = course.anew();
      live = null;
      return true;
    }
    latest = course.compared().orElse(latest);
    if (course.outdated() && built == null && !course.decided() && !to.isBefore(recountNotBefore)) {
      built = course.anew();
      return true;
    }
    return false;
  }

  synchronized void takeBuilt(Scraped scraped, Instant to) {
    if (built != null) {
      built.take(scraped, to);
    }
  }

  /// Whether somebody must say by [#beginning] what the source has of the beginning.
  synchronized boolean asksForBeginning() {
    return !beginningKnown && built != null && isLate(built);
  }

  private boolean isLate(Course course) {
    return course
        .first()
        .filter(first -> first.isAfter(what.firstTraffic().plus(LATE)))
        .isPresent();
  }

  /// @param kept whether the source has samples of the first minute, be it of others
  synchronized void beginning(boolean kept) {
    beginningKnown = true;
    if (!kept && built != null) {
      built = built.anewWithoutBeginning();
    }
  }

  /// What was built has come up to the present: it goes on.
  ///
  /// @param now a tick
  /// @return whether it must be counted anew once more
  synchronized boolean arrive(Instant now) {
    var course = built;
    var before = live;
    if (course == null
        || (!course.decided()
            && (course.taken().isBefore(now)
                || (before != null && course.taken().isBefore(before.taken()))))) {
      return false;
    }
    if (before != null && forgot(before, course)) {
      // What goes on knows more than the source does by now.
      built = null;
      recountNotBefore = Instant.MAX;
      return false;
    }
    if (course.outdated() && recountsInARow < MOST_RECOUNTS_IN_A_ROW) {
      recountsInARow++;
      built = course.anew();
      return true;
    }
    recountsInARow = 0;
    beginningKnown |= course.first().isPresent();
    live = course;
    built = null;
    silent = 0;
    latest = course.compared().orElse(latest);
    recountNotBefore =
        now.plus(Duration.between(what.firstTraffic(), now).dividedBy(SHARE_OF_RECOUNTS));
    return false;
  }

  private static boolean forgot(Course before, Course after) {
    return before
        .first()
        .filter(first -> after.first().filter(f -> !f.isAfter(first.plus(LATE))).isEmpty())
        .isPresent();
  }

  /// A question for what goes on had no answer.
  synchronized void silent(String why, Instant now) {
    silent++;
    if (live != null && (silent >= SILENT_TICKS || latest == null)) {
      latest = live.unavailable(why, now);
    }
  }

  /// A question about what lies further back had no answer.
  ///
  /// @param ofLive whether it was for what goes on
  synchronized void cannotLookBack(String why, Instant tick, boolean ofLive, Instant now) {
    lookBackNotBefore = now.plus(what.tick());
    if (ofLive) {
      silent(why, tick);
    } else if (live == null && built != null) {
      latest = built.unavailable(why, tick);
    }
  }
}
