package dev.sluice.controller.rollout;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/// Keeps the heart pure, so that a rollout can be decided in a table, a simulation or a bug report.
class ArchitectureTest {
  private static final JavaClasses ROLLOUT =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.sluice.controller.rollout");

  @Test
  void decidingCallsNobody() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "io.fabric8..", "io.vertx..", "java.net..", "java.nio..", "org.slf4j.."))
        .because("a decision gets facts, not services: whatever it needs is in the observation")
        .check(ROLLOUT);
  }

  @Test
  void decidingKnowsNoThreads() {
    noClasses()
        .should()
        .dependOnClassesThat(resideInAnyPackage("java.util.concurrent.."))
        .because("the loop owns time and threads; the same observation must always decide the same")
        .check(ROLLOUT);
  }

  @Test
  void decidingHasNoClockOfItsOwn() {
    noClasses()
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Clock.class)
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .because("time is an argument, so that an hour of rollout runs in milliseconds in a test")
        .check(ROLLOUT);
  }

  @Test
  void decidingLeavesTheRestOfTheControllerAlone() {
    classes()
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                "dev.sluice.controller.rollout..",
                "dev.sluice.crds..",
                "dev.sluice.mesh..",
                "dev.sluice.analysis..",
                "org.jspecify..",
                "java.."))
        .because("observer, hands and report know the rollout, never the other way round")
        .check(ROLLOUT);
  }
}
