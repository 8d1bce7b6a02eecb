"""The child that sets a PDF: its folder in, the file out; run as a file by `press`, alone.

It reads nothing outside its folder but the fonts, and asks the network for nothing: no template of ours names
a package, the folder for packages is its own too, and the way to the network that it is given ends nowhere.
"""

import sys

MEMORY, CPU_SECONDS = 1024 * 1024 * 1024, 10
LONGEST = 1000  # of what is said about a template that cannot be set


def main(folder: str, at: str) -> int:
    limit()
    import pylopdf_fonts_zh_cn
    import typst

    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=list(pylopdf_fonts_zh_cn.__path__)
    )
    try:
        made = typst.compile(
            f"{folder}/main.typ", root=folder, font_paths=fonts, format="pdf", timestamp=int(at),
            package_path=folder, package_cache_path=folder,
        )  # fmt: skip
    except typst.TypstError as wrong:
        sys.stderr.write(str(wrong)[:LONGEST])
        return 3
    sys.stdout.buffer.write(made)
    return 0


def limit() -> None:
    """Caps on this process, where the system has them; Windows has the parent's clock."""
    try:
        import resource
    except ImportError:
        return
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
