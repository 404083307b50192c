package dev.sluice.controller.story;

import java.time.Duration;

/// What clusters and people do to a release at the wrong moment, and how it passes. A new one is a
/// value here.
enum Hazard {
  /// Somebody else's route for the same host, which the mesh obeys instead of ours.
  HOST_TAKEN("owns a host of this canary", Harm.NONE) {
    @Override
    void befall(Site site) {
      site.provider().takeHost(site.world());
    }

    @Override
    void pass(Site site) {
      site.provider().giveHostBack(site.world());
    }
  },

  PRIMARY_UNREADY("myapp-primary.production not ready", Harm.PRIMARY) {
    @Override
    void befall(Site site) {
      Myapp.make(site.world(), "myapp-primary", "ready", "never");
    }

    @Override
    void pass(Site site) {
      Myapp.make(site.world(), "myapp-primary", "ready", "true");
    }
  },

  /// No pod beyond those that are there is allowed. It is told once a deadline is over, as is what
  /// comes of a pause.
  QUOTA("", Harm.NONE) {
    @Override
    void befall(Site site) {
      int pods = site.world().get("/api/v1/namespaces/production/pods").path("items").size();
      site.world()
          .apply(
              """
              apiVersion: v1
              kind: ResourceQuota
              metadata: {name: full, namespace: production}
              spec: {hard: {pods: "%d"}}
              """
                  .formatted(pods));
    }

    @Override
    void pass(Site site) {
      site.world().delete("/api/v1/namespaces/production/resourcequotas/full");
    }
  },

  TARGET_DELETED("deleted|does not exist", Harm.CANARY) {
    @Override
    void befall(Site site) {
      site.world().delete(Myapp.DEPLOYMENTS + "myapp").run(Duration.ofSeconds(1));
    }

    @Override
    void pass(Site site) {
      site.madeAnew();
    }
  },

  TARGET_STOPPED("scaled myapp.production to zero", Harm.CANARY) {
    @Override
    void befall(Site site) {
      site.world().patch(Myapp.DEPLOYMENTS + "myapp", "{\"spec\":{\"replicas\":0}}");
    }

    @Override
    void pass(Site site) {
      site.run(1);
    }
  },

  TARGET_PAUSED("", Harm.NONE) {
    @Override
    void befall(Site site) {
      site.world().patch(Myapp.DEPLOYMENTS + "myapp", "{\"spec\":{\"paused\":true}}");
    }

    @Override
    void pass(Site site) {
      site.world().patch(Myapp.DEPLOYMENTS + "myapp", "{\"spec\":{\"paused\":null}}");
    }
  },

  TARGET_EDITED("NewRevision|RevisionRestarted", Harm.NONE) {
    @Override
    void befall(Site site) {
      site.edit();
    }

    @Override
    void pass(Site site) {
      site.run(1);
    }
  };

  /// Whose pods it takes by itself, so that requests are lost until it is noticed, or passes.
  enum Harm {
    NONE,
    CANARY,
    PRIMARY
  }

  private final String told;
  private final Harm harm;

  Hazard(String told, Harm harm) {
    this.told = told;
    this.harm = harm;
  }

  abstract void befall(Site site);

  abstract void pass(Site site);

  /// A pattern of what people find in Events or alerts.
  String told() {
    return told;
  }

  /// Whether a release is in its way then, so that people are told.
  boolean mattersAt(Moment moment) {
    return switch (this) {
      case HOST_TAKEN, TARGET_DELETED, TARGET_EDITED -> true;
      // The promotion replaces its pods by others.
      case PRIMARY_UNREADY -> moment != Moment.PROMOTING;
      case TARGET_STOPPED -> moment == Moment.USERS_MEET_IT;
      case QUOTA, TARGET_PAUSED -> false;
    };
  }

  Harm harm() {
    return harm;
  }
}
