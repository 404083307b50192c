package dev.sluice.gitops.fetch;

import dev.sluice.gitops.SourceFailure;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A hard end for work that waits on the network. JGit's own timeout restarts with every byte, so a
/// server that drips can hold it forever; here the work runs on a virtual thread, whose socket is
/// closed under it by an interrupt.
final class Deadline {
  private Deadline() {}

  static <T> T within(Duration time, String what, Callable<T> work) throws Exception {
    var task = new FutureTask<T>(work);
    Thread thread = Thread.ofVirtual().name("git").start(task);
    try {
      return task.get(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new SourceFailure.Passing(
          "FetchFailed", what + " did not finish within " + time.toSeconds() + " s (spec.timeout)");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SourceFailure.Passing("FetchFailed", "the fetch was interrupted");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (Exception) e.getCause();
    } finally {
      thread.interrupt();
    }
  }
}
