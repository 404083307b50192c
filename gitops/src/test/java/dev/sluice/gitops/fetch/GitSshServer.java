package dev.sluice.gitops.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.KeyPair;
import java.security.PublicKey;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.eclipse.jgit.transport.UploadPack;

/// One repository over ssh, for one key.
final class GitSshServer implements AutoCloseable {
  private final SshServer server = SshServer.setUpDefaultServer();
  private final BareRepository repository;
  private final KeyPair hostKey;

  GitSshServer(BareRepository repository, KeyPair hostKey, PublicKey allowed) throws IOException {
    this.repository = repository;
    this.hostKey = hostKey;
    server.setHost("127.0.0.1");
    server.setKeyPairProvider(KeyPairProvider.wrap(hostKey));
    server.setPublickeyAuthenticator(
        (user, key, session) -> user.equals("git") && KeyUtils.compareKeys(key, allowed));
    server.setCommandFactory((channel, command) -> new Serve());
    server.start();
  }

  String url() {
    return "ssh://git@127.0.0.1:" + server.getPort() + "/team/app.git";
  }

  /// The line of a `known_hosts` file.
  String knownHost() {
    return knownHost(hostKey.getPublic());
  }

  String knownHost(PublicKey key) {
    return "[127.0.0.1]:" + server.getPort() + " " + PublicKeyEntry.toString(key);
  }

  @Override
  public void close() throws IOException {
    server.stop(true);
  }

  private final class Serve implements Command {
    private InputStream in = InputStream.nullInputStream();
    private OutputStream out = OutputStream.nullOutputStream();
    private OutputStream err = OutputStream.nullOutputStream();
    private ExitCallback exit = (code, message, closeImmediately) -> {};

    @Override
    public void setInputStream(InputStream stream) {
      in = stream;
    }

    @Override
    public void setOutputStream(OutputStream stream) {
      out = stream;
    }

    @Override
    public void setErrorStream(OutputStream stream) {
      err = stream;
    }

    @Override
    public void setExitCallback(ExitCallback callback) {
      exit = callback;
    }

    @Override
    public void start(ChannelSession channel, Environment environment) {
      Thread.ofVirtual()
          .start(() -> {
            try (var pack = new UploadPack(repository.repository())) {
              pack.upload(in, out, err);
              exit.onExit(0);
            } catch (IOException e) {
              exit.onExit(1);
            }
          });
    }

    @Override
    public void destroy(ChannelSession channel) {}
  }
}
