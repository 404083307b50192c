package dev.sluice.playground.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.playground.git.DeliveryRepository;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReleasesTest {
  @TempDir Path folder;

  @Test
  void theDemoGoesOnAtTheReleaseThatTheRepositoryHas() throws Exception {
    try (var delivery = DeliveryRepository.open(folder.resolve("delivery.git"))) {
      assertThat(Releases.committed(delivery)).isZero();
      int number = 1;
      for (var release : List.of(Releases.first(), Releases.good(), Releases.bad())) {
        delivery.commit(release, "Release", Instant.EPOCH);
        assertThat(Releases.committed(delivery)).isEqualTo(number++);
      }
      delivery.commit(
          Map.of("production/deployment.yaml", "somebody else's"), "Push", Instant.EPOCH);
      assertThat(Releases.committed(delivery)).isEqualTo(4);
    }
  }
}
