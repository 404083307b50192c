package dev.sluice.gitops.fetch;

import dev.sluice.gitops.SourceFailure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.sshd.client.config.hosts.KnownHostEntry;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntryResolver;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.SshConstants;
import org.eclipse.jgit.transport.sshd.ServerKeyDatabase;
import org.eclipse.jgit.transport.sshd.SshdSessionFactory;
import org.eclipse.jgit.transport.sshd.SshdSessionFactoryBuilder;

/// An ssh client with one key from a Secret and the host keys from the same Secret, all in memory:
/// no agent, no `~/.ssh`, no trust on first use.
final class SshKeys {
  private SshKeys() {}

  static SshdSessionFactory sessions(Credentials.Login.Key key, Path noHome) {
    List<KeyPair> identities = identities(key);
    var hosts = new Hosts(knownHosts(key.knownHosts()));
    return new SshdSessionFactoryBuilder()
        .setHomeDirectory(noHome.toFile())
        .setSshDirectory(noHome.toFile())
        .setConfigStoreFactory((home, config, user) -> null)
        .setDefaultIdentities(folder -> List.of())
        .setDefaultKnownHostsFiles(folder -> List.of())
        .setDefaultKeysProvider(folder -> identities)
        .setServerKeyDatabase((home, folder) -> hosts)
        .setConnectorFactory(null)
        .setPreferredAuthentications("publickey")
        .build(null);
  }

  private static List<KeyPair> identities(Credentials.Login.Key key) {
    var pairs = new ArrayList<KeyPair>();
    var input =
        new ByteArrayInputStream((key.identity().strip() + "\n").getBytes(StandardCharsets.UTF_8));
    try {
      Iterable<KeyPair> read =
          SecurityUtils.loadKeyPairIdentities(
              null,
              NamedResource.ofName("identity"),
              input,
              key.passphrase().isEmpty()
                  ? FilePasswordProvider.EMPTY
                  : FilePasswordProvider.of(key.passphrase()));
      if (read != null) {
        read.forEach(pairs::add);
      }
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw unusable();
    }
    if (pairs.isEmpty()) {
      throw unusable();
    }
    return pairs;
  }

  private static SourceFailure unusable() {
    return new SourceFailure.NeedsEdit(
        "InvalidSecret",
        "'identity' of the Secret is not a private key that can be read, or 'password' is not its"
            + " passphrase");
  }

  private static List<KnownHostEntry> knownHosts(String text) {
    var entries = new ArrayList<KnownHostEntry>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      if (line.isBlank() || line.strip().startsWith("#")) {
        continue;
      }
      try {
        entries.add(KnownHostEntry.parseKnownHostEntry(line.strip()));
      } catch (RuntimeException e) {
        throw new SourceFailure.NeedsEdit(
            "InvalidSecret", "line " + number + " of 'known_hosts' of the Secret cannot be read");
      }
    }
    if (entries.isEmpty()) {
      throw new SourceFailure.NeedsEdit(
          "InvalidSecret", "'known_hosts' of the Secret names no host");
    }
    return entries;
  }

  private record Hosts(List<KnownHostEntry> entries) implements ServerKeyDatabase {
    @Override
    public List<PublicKey> lookup(
        String connectAddress, InetSocketAddress remote, Configuration configuration) {
      return entries.stream()
          .filter(entry -> !"revoked".equals(entry.getMarker()) && matches(entry, connectAddress))
          .flatMap(entry -> key(entry).stream())
          .toList();
    }

    @Override
    public boolean accept(
        String connectAddress,
        InetSocketAddress remote,
        PublicKey serverKey,
        Configuration configuration,
        CredentialsProvider provider) {
      boolean revoked =
          entries.stream()
              .filter(entry -> "revoked".equals(entry.getMarker()))
              .flatMap(entry -> key(entry).stream())
              .anyMatch(key -> KeyUtils.compareKeys(key, serverKey));
      return !revoked
          && lookup(connectAddress, remote, configuration).stream()
              .anyMatch(known -> KeyUtils.compareKeys(known, serverKey));
    }

    /// @param address `host` or `[host]:port`, also `host:port`
    private static boolean matches(KnownHostEntry entry, String address) {
      int colon = address.lastIndexOf(':');
      boolean port = (colon > 0 && address.indexOf(':') == colon) || address.startsWith("[");
      if (!port || colon < 0) {
        return entry.isHostMatch(address, SshConstants.SSH_DEFAULT_PORT);
      }
      String host = address.substring(0, colon).replace("[", "").replace("]", "");
      return entry.isHostMatch(host, Integer.parseInt(address.substring(colon + 1)));
    }

    /// Empty for a kind of key that this client does not know: it cannot be what the server shows.
    private static Optional<PublicKey> key(KnownHostEntry entry) {
      try {
        return Optional.ofNullable(
            entry.getKeyEntry().resolvePublicKey(null, PublicKeyEntryResolver.IGNORING));
      } catch (IOException | GeneralSecurityException e) {
        return Optional.empty();
      }
    }
  }
}
