package dev.sluice.controller.story;

/// A moment of a release at which something may happen. A new one is a value here.
enum Moment {
  BETWEEN_RELEASES {
    @Override
    void come(Site site) {
      site.run(1);
    }
  },
  PODS_START {
    @Override
    void come(Site site) {
      site.release(Site.WELL);
    }
  },
  USERS_MEET_IT {
    @Override
    void come(Site site) {
      site.release(Site.WELL).untilItIsMet();
    }
  },
  PROMOTING {
    @Override
    void come(Site site) {
      site.release(Site.WELL).until("Promoting");
    }
  },
  FINALISING {
    @Override
    void come(Site site) {
      site.release(Site.WELL).until("Finalising");
    }
  },
  ROLLING_BACK {
    @Override
    void come(Site site) {
      site.release(Site.WELL).untilItIsMet();
      site.world().agree("stop");
      site.until("it is rolled back", site::isRollingBack);
      site.world().refuse("stop", "it answered 403: Forbidden");
    }
  };

  /// Lets a site that is settled come to it.
  abstract void come(Site site);
}
