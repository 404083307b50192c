package dev.sluice.analysis;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/// Asks many questions at once.
public final class Questions {
  private Questions() {}

  /// Asks each distinct question once and waits for all answers. A provider that cannot be used
  /// answers [Sample.Refused].
  ///
  /// @param atOnce how many questions may be on their way, at least 1
  /// @return an answer to every question
  /// @throws InterruptedException when the caller gives up; no question is on its way any more
  public static Map<Question, Sample> ask(Collection<Question> questions, Http http, int atOnce)
      throws InterruptedException {
    var distinct = new LinkedHashSet<>(questions);
    var permits = new Semaphore(atOnce);
    var answers = new LinkedHashMap<Question, Sample>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var tasks =
          distinct.stream().<Callable<Sample>>map(q -> () -> askOne(q, http, permits)).toList();
      var results = threads.invokeAll(tasks).iterator();
      for (var question : distinct) {
        answers.put(question, results.next().get());
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a metric source broke its contract", e.getCause());
    }
    return answers;
  }

  private static Sample askOne(Question question, Http http, Semaphore permits)
      throws InterruptedException {
    permits.acquire();
    try {
      return Providers.connect(question.provider(), http).number(question.query());
    } catch (NeedsEdit e) {
      return new Sample.Refused(e.getMessage());
    } finally {
      permits.release();
    }
  }
}
