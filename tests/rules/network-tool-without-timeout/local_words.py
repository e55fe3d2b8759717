"""Words of network tools that ask no peer, or only with some further words."""

import subprocess


def submodules(folder):
    return subprocess.run(["git", "-C", folder, "submodule", "foreach", "-q", "pwd"], check=True, capture_output=True)


def charts():
    subprocess.run("helm repo list", shell=True, check=True)
    subprocess.run(["helm", "dependency", "list", "chart"], check=True)


def pulled(name):
    subprocess.run(["helm", "pull", name], check=True)  # finds: network-tool-without-timeout
