package dev.sluice.controller.gitsync;

import dev.sluice.crds.ObjectRef;
import java.time.Instant;

/// What is measured about GitSyncs. Must not block and must not throw.
public interface SyncGauges {

  /// For whom nobody measures.
  SyncGauges NONE =
      new SyncGauges() {
        @Override
        public void applied(ObjectRef sync, Instant now) {}

        @Override
        public void failed(ObjectRef sync) {}

        @Override
        public void forget(ObjectRef sync) {}
      };

  /// The cluster is as the newest commit says.
  void applied(ObjectRef sync, Instant now);

  /// A look ended in trouble.
  void failed(ObjectRef sync);

  /// The GitSync is gone or suspended.
  void forget(ObjectRef sync);
}
