package dev.sluice.analysis;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/// Asks many questions at once.
public final class Questions {
  private final Http http;
  private final Semaphore permits;

  private Questions(Http http, int atOnce) {
    this.http = http;
    this.permits = new Semaphore(atOnce);
  }

  /// @param numbers an answer to every question
  /// @param table to the question for a table, if there was one
  public record Answers(Map<Question, Sample> numbers, Optional<Table> table) {
    public Answers {
      numbers = Map.copyOf(numbers);
    }
  }

  /// Asks each distinct question once and waits for all answers. A provider that cannot be used
  /// answers [Sample.Refused].
  ///
  /// @param numbers questions for one number each
  /// @param table a question for a number per label set, asked beside the others
  /// @param atOnce how many questions may be on their way, at least 1
  /// @throws InterruptedException when the caller gives up; no question is on its way any more
  public static Answers ask(
      Collection<Question> numbers, Optional<Question> table, Http http, int atOnce)
      throws InterruptedException {
    var questions = new Questions(http, atOnce);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        return questions.ask(new LinkedHashSet<>(numbers), table, threads);
      } finally {
        // Whoever gives up must not wait for answers that nobody reads.
        threads.shutdownNow();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a metric source broke its contract", e.getCause());
    }
  }

  private Answers ask(
      Collection<Question> distinct, Optional<Question> table, ExecutorService threads)
      throws InterruptedException, ExecutionException {
    var underWay = new LinkedHashMap<Question, Future<Sample>>();
    for (var question : distinct) {
      underWay.put(question, threads.submit(permitted(() -> number(question))));
    }
    var tableUnderWay = table.map(question -> threads.submit(permitted(() -> table(question))));
    var numbers = new LinkedHashMap<Question, Sample>();
    for (var asked : underWay.entrySet()) {
      numbers.put(asked.getKey(), asked.getValue().get());
    }
    return new Answers(
        numbers,
        tableUnderWay.isEmpty() ? Optional.empty() : Optional.of(tableUnderWay.get().get()));
  }

  private <T> Callable<T> permitted(Callable<T> question) {
    return () -> {
      permits.acquire();
      try {
        return question.call();
      } finally {
        permits.release();
      }
    };
  }

  private Sample number(Question question) throws InterruptedException {
    try {
      return Providers.connect(question.provider(), http).number(question.query());
    } catch (NeedsEdit e) {
      return new Sample.Refused(e.getMessage());
    }
  }

  private Table table(Question question) throws InterruptedException {
    try {
      return Providers.connect(question.provider(), http).table(question.query());
    } catch (NeedsEdit e) {
      return new Table.None(e.getMessage());
    }
  }
}
