package dev.sluice.controller;

import dev.sluice.controller.cluster.Fence;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.lease.Campaign;
import dev.sluice.controller.lease.Elector;
import dev.sluice.controller.lease.Tenure;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// When this process works: always, or whenever it leads. Losing the lead ends the work, not the
/// process, so that a process that lost it stands by with warm caches at once.
final class Duty {
  /// How long passes under way get to end by themselves before the lease is given away.
  private static final Duration LAST_PASSES = Duration.ofSeconds(1);

  private final Function<Fence, Work> works;
  private final Optional<Campaign> campaign;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile boolean stopping;
  private volatile @Nullable Work work;

  /// @param works makes the work of one time of leading
  /// @param elector empty for a process that shares its work with nobody
  Duty(Function<Fence, Work> works, Optional<Elector> elector) {
    this.works = works;
    this.campaign = elector.map(Campaign::new);
  }

  /// A watch has news. Without work there is nobody to tell: [Work#begin] looks at everything.
  void changed(Kind kind, GenericKubernetesResource object) {
    Work current = work;
    if (current != null) {
      current.changed(kind, object);
    }
  }

  /// Works until the process is asked to stop; the watches must have been listed before.
  void run() throws InterruptedException {
    try {
      workWhileAllowed();
    } finally {
      if (!stopping) {
        stop();
      }
      // The clients are closed after this, and the lease is given away with them.
      stopped.await();
    }
  }

  private void workWhileAllowed() throws InterruptedException {
    if (campaign.isEmpty()) {
      work(works.apply(Fence.OPEN));
    } else {
      campaign.get().start();
      for (var tenure = campaign.get().awaitTenure();
          tenure.isPresent();
          tenure = campaign.get().awaitTenure()) {
        lead(tenure.get());
      }
    }
  }

  private void lead(Tenure tenure) throws InterruptedException {
    Work next = works.apply(tenure);
    tenure.whenEnded(next.loop()::close);
    work(next);
    tenure.awaitEnd();
  }

  private void work(Work next) throws InterruptedException {
    work = next;
    if (!stopping) {
      next.begin();
      next.loop().run();
    }
    work = null;
  }

  /// Registers [#stop] with the process.
  void stopWithTheProcess() {
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(() -> {
                  try {
                    stop();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                }));
  }

  /// Ends the work and gives the lease away, in this order.
  private void stop() throws InterruptedException {
    stopping = true;
    Work current = work;
    try {
      if (current != null) {
        current.loop().finish(LAST_PASSES);
      }
      if (campaign.isPresent()) {
        campaign.get().stop();
      }
      if (current != null) {
        current.loop().close();
      }
    } finally {
      stopped.countDown();
    }
  }
}
