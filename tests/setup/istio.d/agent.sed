# The agent keeps downloaded modules in an absolute directory, all else relative to where it runs. The
# tests run many agents on one host, each in a directory of its own and as any user.
s#^\tIstioDataDir = "/var/lib/istio/data"$#\tIstioDataDir = "./var/lib/istio/data"#
